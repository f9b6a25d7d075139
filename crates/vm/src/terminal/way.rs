//! How the guest of a command is asked: what its address leads to is the user's own affair, and so is the key.

use access::{Asker, Login};
use spec::Access;
use trial::{Problem, Signals};

/// Where the guest's SSH server is, if it is to be asked there.
pub(super) fn address(access: &Access) -> Result<Option<&str>, Problem> {
    let ssh = match access {
        Access::Console => return Ok(None),
        Access::GuestAgent => {
            return Err(Problem::user("a `command` has no line to a guest agent")
                .hint("set `access: ssh` with `address` and `key`, or `access: console`"));
        }
        Access::Ssh(ssh) => ssh,
    };
    let Some(address) = &ssh.address else {
        return Err(Problem::user("`access.ssh` of a `command` needs `address`")
            .hint("name where it leads to the guest: `address: 127.0.0.1:2222`"));
    };
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    if port.is_none_or(|port| port == 0) {
        return Err(Problem::user(format!("the address `{address}` has no port"))
            .hint("such as `127.0.0.1:2222`"));
    }
    if ssh.key.is_none() {
        return Err(Problem::user("`access.ssh` of a `command` needs `key`")
            .hint("a fresh one cannot be handed into a guest that the command starts"));
    }
    Login::check(ssh)?;
    Ok(Some(address))
}

/// Who asks it.
pub(super) fn prepare(access: &Access, signals: &Signals) -> Result<Option<Asker>, Problem> {
    let (Some(address), Access::Ssh(ssh)) = (address(access)?, access) else { return Ok(None) };
    let asker = Asker::ssh(Login::prepare(ssh)?, address, signals.clone());
    asker
        .map(Some)
        .map_err(|error| Problem::infrastructure(format!("no thread can be started: {error}")))
}
