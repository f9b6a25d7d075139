//! The system's own OpenSSH: whoever can reach a host with it reaches the host with us, by jump hosts, agents,
//! certificates and all, and nothing is trusted that it would not trust.

mod connection;
mod fault;
mod host;
mod login;

pub use connection::Connection;
pub use fault::Fault;
pub use host::Host;
pub use login::Login;
