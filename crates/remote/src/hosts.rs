//! Several hosts, of which the first that is free is taken.

use std::path::Path;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use problem::Problem;
use wire::Patience;

use crate::ssh::{Connection, Host, Login};
use crate::{Progress, Session, Tell, Want};

/// How often a host is tried: what is busy starting is there in a moment, and what is off is not.
const PATIENCE: Patience = Patience { tries: 3, first_wait: Duration::from_secs(2) };

/// How long until the hosts are asked again.
const AGAIN: Duration = Duration::from_secs(2);

/// Connects to `hosts` and takes a slot of the first that has one; those that cannot be reached are passed over, as long
/// as another can.
///
/// # Errors
/// None can be reached, or none is free in time.
pub fn first_free(
    hosts: &[Host],
    login: &Login,
    ours: &Path,
    want: &Want,
    tell: &mut Tell<'_>,
) -> Result<Session, Problem> {
    let (mut reached, mut unreachable) = (Vec::new(), None);
    for host in hosts {
        match Connection::open(host, login, PATIENCE) {
            Ok(connection) => reached.push(Arc::new(connection)),
            Err(problem) if hosts.len() == 1 => return Err(problem),
            Err(problem) => {
                tell(Progress::Unreachable(&problem));
                unreachable = Some(problem);
            }
        }
    }
    let start = Instant::now();
    // A host that is alone waits by itself, and sees at once when it is free.
    let once = if reached.len() == 1 { want.wait } else { Duration::ZERO };
    while !reached.is_empty() {
        let mut taken = Vec::new();
        for connection in &reached {
            match Session::open(connection, ours, &Want { wait: once, ..want.clone() }, tell)? {
                Ok(session) => return Ok(session),
                Err(by) => taken.extend(by),
            }
        }
        if start.elapsed() >= want.wait {
            let waited =
                format!("no slot was free in {} s: {}", want.wait.as_secs(), taken.join(", "));
            return Err(Problem::infrastructure(waited)
                .hint("wait longer, name more hosts, or give a host more `slots`"));
        }
        tell(Progress::Waiting(&taken));
        sleep(AGAIN);
    }
    Err(unreachable.unwrap_or_else(|| Problem::user("no host is named")))
}
