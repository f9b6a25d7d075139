//! A private network: a hub of our own between the QEMUs of a group, over inherited pairs of sockets.
//!
//! QEMU's `-netdev socket` sends each Ethernet frame behind its length, as four bytes in network order. Nothing is opened on
//! the host, and no frame leaves our process but to another port. The other end may be a QEMU that its guest has taken over:
//! what it sends is bounded, and what it does not read is dropped for it alone.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use trial::{Ending, Signal, Signals};

/// The longest frame, in bytes: what QEMU itself takes.
const LONGEST: usize = (64 << 10) + 4096;

/// How much may wait for a port that does not read, in bytes; beyond it frames are dropped, as on any network.
const WAITING: usize = 1 << 20;

/// How many bytes stand before a frame.
const HEAD: usize = 4;

/// A place on the network, for one machine.
#[derive(Debug)]
pub struct Port {
    /// Counted from 1, in the order of the group; a part of the card's address.
    number: u8,
    line: OwnedFd,
    broken: Broken,
}

/// Who is told of a port that was closed because of what came out of it.
type Broken = Arc<Mutex<Option<Signals>>>;

/// Makes a network with so many ports. It is gone when they are.
///
/// # Errors
/// The system gives no sockets or no thread.
pub fn ports(count: u8) -> io::Result<Vec<Port>> {
    let (mut ports, mut lines) = (Vec::new(), Vec::new());
    for number in 1..=count {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let broken = Broken::default();
        lines.push(Some(Line::new(ours, Arc::clone(&broken))));
        ports.push(Port { number, line: theirs.into(), broken });
    }
    thread::Builder::new().name("hub".into()).spawn(move || Hub(lines).run())?;
    Ok(ports)
}

impl Port {
    /// The Ethernet address of the card there, of QEMU's own range.
    pub(crate) fn address(&self) -> String {
        format!("52:54:00:62:67:{:02x}", self.number)
    }

    /// QEMU's end; from now on `signals` hears of a QEMU that does not keep to the form of frames.
    pub(crate) fn line(&self, signals: &Signals) -> io::Result<OwnedFd> {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(signals.clone());
        self.line.try_clone()
    }
}

/// Our end of a port.
struct Line {
    stream: UnixStream,
    /// What has come of the next frames.
    heard: Vec<u8>,
    /// What is still to be sent: whole frames, but for the first.
    waiting: VecDeque<u8>,
    broken: Broken,
}

/// Why a port is closed.
enum Closed {
    /// The machine is gone.
    Gone,
    /// It sent this as the length of a frame.
    Broken(usize),
}

/// The lines, each until it is closed.
struct Hub(Vec<Option<Line>>);

impl Hub {
    fn run(mut self) {
        while self.0.iter().any(Option::is_some) {
            let ready = self.wait();
            for index in ready {
                self.serve(index);
            }
        }
    }

    /// Waits until something can be done, and says for which lines.
    fn wait(&self) -> Vec<usize> {
        let open = || self.0.iter().enumerate().filter_map(|(at, line)| Some((at, line.as_ref()?)));
        let wish = |line: &Line| match line.waiting.is_empty() {
            true => PollFlags::IN,
            false => PollFlags::IN | PollFlags::OUT,
        };
        let mut fds: Vec<PollFd<'_>> =
            open().map(|(_, line)| PollFd::new(&line.stream, wish(line))).collect();
        // An error such as EINTR leaves all empty, and the next round asks again.
        let _asked = poll(&mut fds, None);
        let ready = fds.iter().map(|fd| !fd.revents().is_empty());
        open().zip(ready).filter_map(|((at, _), ready)| ready.then_some(at)).collect()
    }

    fn serve(&mut self, index: usize) {
        let Some(line) = &mut self.0[index] else { return };
        let (frames, closed) = line.hear();
        let closed = line.send().err().or(closed);
        for (other, line) in self.0.iter_mut().enumerate() {
            if let Some(line) = line.as_mut().filter(|_| other != index) {
                line.take(&frames);
            }
        }
        if let Some(closed) = closed {
            self.0[index].take().into_iter().for_each(|line| line.tell(&closed));
        }
    }
}

impl Line {
    fn new(stream: UnixStream, broken: Broken) -> Line {
        Line { stream, heard: Vec::new(), waiting: VecDeque::new(), broken }
    }

    /// Reads once; gives whole frames with their heads, and why there will be no more.
    fn hear(&mut self) -> (Vec<u8>, Option<Closed>) {
        let mut chunk = [0; 64 << 10];
        let end = match self.stream.read(&mut chunk) {
            Ok(0) => Some(Closed::Gone),
            Ok(read) => {
                self.heard.extend_from_slice(&chunk[..read]);
                None
            }
            Err(error) if is_for_later(&error) => None,
            Err(_) => Some(Closed::Gone),
        };
        match whole(&self.heard) {
            Ok(length) => (self.heard.drain(..length).collect(), end),
            Err(length) => (Vec::new(), Some(Closed::Broken(length))),
        }
    }

    /// Puts the frames among what waits, as far as there is room.
    fn take(&mut self, mut frames: &[u8]) {
        while let Some((head, rest)) = frames.split_first_chunk::<HEAD>() {
            let length = HEAD + length(*head);
            if self.waiting.len() + length <= WAITING {
                self.waiting.extend(&frames[..length]);
            }
            frames = &rest[length - HEAD..];
        }
    }

    /// Sends as much of what waits as the other end takes.
    fn send(&mut self) -> Result<(), Closed> {
        while !self.waiting.is_empty() {
            match self.stream.write(self.waiting.as_slices().0) {
                Ok(sent) => drop(self.waiting.drain(..sent)),
                Err(error) if is_for_later(&error) => return Ok(()),
                Err(_) => return Err(Closed::Gone),
            }
        }
        Ok(())
    }

    /// Tells the trial of a machine that is not to be trusted any more. A thread of its own does, because the trial may have
    /// no room for it, and the others are not to wait for that.
    fn tell(self, closed: &Closed) {
        let Closed::Broken(length) = closed else { return };
        let signals = self.broken.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reason = format!("QEMU sent a frame of {length} bytes to the private network");
        let ending = Ending { reason, by_guest: false, failed: false };
        let told = signals.map(|signals| {
            thread::Builder::new().spawn(move || signals.send(Signal::Ended(ending)))
        });
        // Where there is no thread to be had, the guest is without its network, and that is all.
        drop(told);
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn length(head: [u8; HEAD]) -> usize {
    u32::from_be_bytes(head) as usize
}

/// How many bytes at the beginning of `heard` are whole frames.
///
/// # Errors
/// The length of one that is none.
fn whole(heard: &[u8]) -> Result<usize, usize> {
    let mut at = 0;
    while let Some((head, rest)) = heard[at..].split_first_chunk::<HEAD>() {
        let length = length(*head);
        if !(1..=LONGEST).contains(&length) {
            return Err(length);
        }
        if rest.len() < length {
            break;
        }
        at += HEAD + length;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Receiver;
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn frame(content: &[u8]) -> Vec<u8> {
        [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], content].concat()
    }

    /// The ends of a hub with so many ports, and what their trials hear.
    fn hub(count: u8) -> Vec<(UnixStream, Receiver<(Instant, Signal)>)> {
        let end = |port: Port| {
            let (signals, receiver) = Signals::channel();
            let stream = UnixStream::from(port.line(&signals).unwrap());
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
            (stream, receiver)
        };
        ports(count).unwrap().into_iter().map(end).collect()
    }

    fn next(stream: &mut UnixStream) -> Vec<u8> {
        let mut head = [0; HEAD];
        stream.read_exact(&mut head).unwrap();
        let mut content = vec![0; length(head)];
        stream.read_exact(&mut content).unwrap();
        content
    }

    #[test]
    fn a_frame_reaches_all_others_however_it_was_cut() {
        let mut ends = hub(3);
        let sent = [frame(b"one"), frame(&[7; LONGEST])].concat();
        for part in sent.chunks(30_000) {
            ends[0].0.write_all(part).unwrap();
        }
        ends[1].0.write_all(&frame(b"two")).unwrap();
        assert_eq!(next(&mut ends[0].0), b"two");
        for at in [1, 2] {
            let mut frames = vec![next(&mut ends[at].0), next(&mut ends[at].0)];
            if at == 2 {
                frames.push(next(&mut ends[at].0));
                frames.retain(|frame| frame != b"two");
            }
            assert_eq!(frames, [b"one".to_vec(), vec![7; LONGEST]], "port {at}");
        }
    }

    #[test]
    fn a_length_that_is_none_closes_that_port_alone_and_its_trial_hears_of_it() {
        for length in [0, LONGEST as u32 + 1, u32::MAX] {
            let mut ends = hub(3);
            ends[0].0.write_all(&length.to_be_bytes()).unwrap();
            let (_, signal) = ends[0].1.recv_timeout(Duration::from_secs(20)).unwrap();
            let Signal::Ended(ending) = signal else { panic!("{signal:?}") };
            assert!(!ending.by_guest && ending.reason.contains(&length.to_string()), "{ending:?}");
            assert_eq!(ends[0].0.read(&mut [0]).unwrap(), 0);
            ends[1].0.write_all(&frame(b"alive")).unwrap();
            assert_eq!(next(&mut ends[2].0), b"alive");
        }
    }

    #[test]
    fn who_never_reads_and_who_stops_in_a_frame_keeps_nobody_waiting() {
        let mut ends = hub(4);
        ends[3].0.write_all(&frame(b"half")[..6]).unwrap();
        drop(ends.pop());
        let (big, many) = (vec![9; 60_000], 100);
        for _ in 0..many {
            ends[0].0.write_all(&frame(&big)).unwrap();
            assert_eq!(next(&mut ends[1].0), big);
        }
        let mut late = Vec::new();
        ends[2].0.set_nonblocking(true).unwrap();
        while let Ok(()) = ends[2].0.read_exact(&mut [0; HEAD]) {
            late.push(());
            ends[2].0.set_nonblocking(false).unwrap();
            ends[2].0.read_exact(&mut vec![0; 60_000]).unwrap();
            ends[2].0.set_nonblocking(true).unwrap();
        }
        assert!(!late.is_empty() && late.len() < many, "{} frames were kept", late.len());
    }

    proptest! {
        #[test]
        fn no_bytes_are_more_than_whole_frames(heard in proptest::collection::vec(prop_oneof![Just(0), any::<u8>()], 0..200)) {
            if let Ok(end) = whole(&heard) {
                let mut line = Line::new(UnixStream::pair().unwrap().0, Broken::default());
                line.take(&heard[..end]);
                prop_assert_eq!(Vec::from(line.waiting), &heard[..end]);
            }
        }
    }
}
