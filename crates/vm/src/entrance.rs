//! How a guest that is about to start is going to be asked.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use access::{Asker, Login, hand_in};
use spec::{Access, HandIn, Qemu};
use trial::{Problem, Signals};

use crate::boot::{AGENT_FD, Wiring};
use crate::dressed::{self, Handed};
use crate::qmp::Client;
use crate::usernet;

/// What was prepared for it.
#[derive(Debug)]
pub(crate) enum Entrance {
    /// By nothing but its console.
    Console,
    /// By a login with a key, which may be handed in on a disk.
    Ssh(Login, Option<PathBuf>),
    /// By its agent: our end of the line, and QEMU's.
    Agent(UnixStream, OwnedFd),
}

impl Entrance {
    pub(crate) fn prepare(access: &Access) -> Result<Entrance, Problem> {
        match access {
            Access::Console => Ok(Entrance::Console),
            Access::Ssh(ssh) => {
                let login = Login::prepare(ssh)?;
                let key = login.public_key().filter(|_| ssh.hand_in == HandIn::CloudInit);
                let seed = key.map(|key| hand_in::seed(&ssh.user, key, login.folder()));
                let seed = seed.transpose()?;
                Ok(Entrance::Ssh(login, seed))
            }
            Access::GuestAgent => {
                let (ours, theirs) = UnixStream::pair().map_err(|error| {
                    Problem::infrastructure(format!("no line to the guest agent: {error}"))
                })?;
                Ok(Entrance::Agent(ours, theirs.into()))
            }
        }
    }

    /// The guest with what it needs for it.
    pub(crate) fn dress(&self, qemu: &Qemu, access: &Access) -> Qemu {
        let handed = match self {
            Entrance::Ssh(login, seed) => Handed { key: login.public_key(), seed: seed.as_deref() },
            Entrance::Console | Entrance::Agent(..) => Handed::default(),
        };
        dressed::dressed(qemu, access, handed, Wiring::Pipes)
    }

    /// What QEMU inherits for it.
    pub(crate) fn inherited(&self) -> io::Result<Option<(OwnedFd, i32)>> {
        match self {
            Entrance::Agent(_, theirs) => Ok(Some((theirs.try_clone()?, AGENT_FD))),
            Entrance::Console | Entrance::Ssh(..) => Ok(None),
        }
    }

    /// Who asks, now that the guest runs.
    pub(crate) fn open(
        self,
        access: &Access,
        client: &Client,
        signals: Signals,
    ) -> Result<Option<Asker>, Problem> {
        let asker = match (self, access) {
            (Entrance::Ssh(login, _), Access::Ssh(ssh)) => {
                let port = usernet::forwarded(client, ssh.port).ok_or_else(|| {
                    Problem::infrastructure("QEMU does not say which port leads into the guest")
                        .hint(format!(
                            "name one: `network: {{ forward: [{{ host: 2222, guest: {} }}] }}`",
                            ssh.port
                        ))
                })?;
                Asker::ssh(login, &format!("127.0.0.1:{port}"), signals)
            }
            (Entrance::Agent(ours, _), _) => Asker::agent(ours, signals),
            _ => return Ok(None),
        };
        asker
            .map(Some)
            .map_err(|error| Problem::infrastructure(format!("no thread can be started: {error}")))
    }
}
