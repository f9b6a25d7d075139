//! Which tags may move to which image, and which images may go.
//!
//! Nothing here reads a file, asks a registry or looks at a clock. [`Policy::parse`] reads the text of `bootgate.yaml`;
//! [`decide`] makes of what was [`Asked`] and the [`Facts`] a [`Plan`], or says in full why it is [`Refused`]; a [`Record`]
//! says what moved, and the way back; [`sweep`] says what a repository no longer needs.

mod asked;
mod channel;
mod decide;
mod duration;
mod evidence;
mod gate;
mod hazard;
mod keep;
mod pattern;
mod plan;
mod policy;
mod proof;
mod reason;
mod record;
mod retention;
mod version;
mod waiver;

pub use asked::{Asked, Expected, Facts, Platform};
pub use channel::{Channel, Signer};
pub use decide::decide;
pub use evidence::{Evidence, Outcome, Signature};
pub use gate::{Approval, Gate, GateCommand, GateKind};
pub use hazard::Checked;
pub use keep::Keep;
pub use pattern::{Immutable, NotAPattern, Pattern};
pub use plan::{Move, Note, Plan, Target, Waived};
pub use policy::{Policy, schema};
pub use reason::{Part, Reason, Refusal, Refused};
pub use record::{PREDICATE_TYPE, Record, Used};
pub use retention::{Graph, Manifest, Sweep, Why, sweep};
pub use version::{is_exact_version, is_version};
pub use waiver::Waiver;
