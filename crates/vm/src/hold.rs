//! A guest that is kept after its verdict: sockets by which people get at it, in a folder that only they can enter.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::json;
use supervise::{Deadline, RunDir};

use crate::keyboard::Keyboard;
use crate::qmp::Client;

/// How long QEMU may take to open its door for gdb.
const GDB_LIMIT: Duration = Duration::from_secs(5);

/// How long who is attached may leave the console unread before it is let go.
const UNREAD: Duration = Duration::from_millis(200);

/// The folder of a guest that may be kept, and who is attached to its console.
#[derive(Debug)]
pub(crate) struct Hold {
    folder: RunDir,
    pub(crate) attached: Arc<Attached>,
}

/// Those who read the console beside the trial.
#[derive(Debug, Default)]
pub(crate) struct Attached {
    streams: Mutex<Vec<UnixStream>>,
    over: AtomicBool,
}

impl Hold {
    pub(crate) fn new() -> io::Result<Hold> {
        Ok(Hold { folder: RunDir::create()?, attached: Arc::default() })
    }

    /// Where QEMU opens a second control socket from the start: it cannot be had later.
    pub(crate) fn control(&self) -> PathBuf {
        self.socket("qmp")
    }

    fn socket(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opens all ways to the guest, and says which there are.
    pub(crate) fn open(
        &self,
        client: &Client,
        keyboard: &Keyboard,
        config: &spec::Qemu,
    ) -> io::Result<Vec<String>> {
        let (serial, gdb) = (self.socket("serial"), self.socket("gdb"));
        let listener = UnixListener::bind(&serial)?;
        let (attached, keyboard) = (Arc::clone(&self.attached), keyboard.another()?);
        thread::Builder::new()
            .name("serial".into())
            .spawn(move || attached.listen(&listener, &keyboard))?;
        let command = format!("gdbserver unix:{},server=on,wait=off", gdb.display());
        let question = json!({ "command-line": command });
        let answer = client.execute("human-monitor-command", &question, Deadline::after(GDB_LIMIT));
        let gdb = match answer {
            Ok(_) if gdb.exists() => format!("gdb: gdb -ex 'target remote {}'", gdb.display()),
            _ => "gdb: this QEMU opens no door for it".to_owned(),
        };
        let raw = "socat -,raw,echo=0,escape=0x1d";
        let serial = format!("serial: {raw} unix-connect:{}", serial.display());
        let control = format!("QMP: socat - unix-connect:{}", self.control().display());
        Ok([serial, control, gdb].into_iter().chain(ssh(config)).collect())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.attached.over.store(true, Ordering::Release);
        // Wakes the thread that waits for the next one; fails where there is none.
        let _woken = UnixStream::connect(self.socket("serial"));
        for stream in self.attached.streams().drain(..) {
            let _closed = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Where a port of the host leads to the guest's SSH server.
fn ssh(config: &spec::Qemu) -> Option<String> {
    let forward = config.network.as_ref()?.forward.iter().find(|forward| forward.guest == 22)?;
    Some(format!("SSH: ssh -p {} 127.0.0.1", forward.host))
}

impl Attached {
    fn streams(&self) -> MutexGuard<'_, Vec<UnixStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on what the guest wrote; who does not read it is let go.
    pub(crate) fn tell(&self, bytes: &[u8]) {
        self.streams().retain_mut(|stream| stream.write_all(bytes).is_ok());
    }

    fn listen(&self, listener: &UnixListener, keyboard: &Keyboard) {
        while let Ok((stream, _)) = listener.accept() {
            if self.over.load(Ordering::Acquire) {
                return;
            }
            // Who cannot be served is let go.
            let _served = self.attach(stream, keyboard);
        }
    }

    fn attach(&self, mut stream: UnixStream, keyboard: &Keyboard) -> io::Result<()> {
        let mut keyboard = keyboard.another()?;
        stream.set_write_timeout(Some(UNREAD))?;
        self.streams().push(stream.try_clone()?);
        let type_on = move || {
            let mut bytes = [0; 256];
            while let Ok(read @ 1..) = stream.read(&mut bytes) {
                if keyboard.send(&bytes[..read]).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("typing".into()).spawn(type_on).map(drop)
    }
}
