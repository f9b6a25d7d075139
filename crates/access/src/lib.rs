//! Asking inside a guest: by OpenSSH with a key of its own, or by QEMU's guest agent.
//!
//! A [`Login`] is prepared before the guest starts, so that its key can be handed in ([`hand_in`]); an [`Asker`] is who
//! asks once it runs. Nothing here knows how the guest is started.

mod agent;
mod asker;
pub mod hand_in;
mod live;
mod login;
mod ssh;

pub use asker::Asker;
pub use login::Login;
