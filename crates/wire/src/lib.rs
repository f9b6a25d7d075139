//! Requests over HTTPS, or over HTTP to this machine and to hosts that were allowed, with patience; and what GitHub's
//! services for jobs speak over that.

mod address;
mod follow;
mod http;
mod patience;
mod signed;
mod store;
mod twirp;

pub use address::{join, origin, shown};
pub use follow::Get;
pub use http::{Http, Request, Vain, is_this_machine};
pub use patience::Patience;
pub use signed::Signed;
pub use store::Store;
pub use twirp::{Answer, Refusal, Twirp};
pub use ureq::http::Response;
pub use ureq::{Body, BodyReader};
