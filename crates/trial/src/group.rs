//! Several machines at once: each has a trial of its own on a thread of its own, and together they have one report.

mod live;
mod sum;

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use spec::{Member, Spec};
use verdict::{Stage, Verdict};

use self::live::Live;
use crate::turns::Turns;
use crate::{Machine, Problem, Report, Signal, Signals, Watcher, evidence, standing, tries};

pub use sum::MachineReport;

/// How many words of machines may wait for us; a machine that is further ahead waits, and with it its guest.
const DEPTH: usize = 64;

/// How often we look whether somebody wants us to stop.
const TICK: Duration = Duration::from_millis(50);

/// What a machine's trial tells the thread that waits for all of them.
enum Told {
    Listen(Signals),
    Console(usize, Vec<u8>),
    Progress(usize, Option<Stage>),
    Ended(usize),
}

/// A machine's place in the group: who looks on for it.
struct Seat<'a> {
    me: usize,
    turns: &'a Turns<'a>,
    told: SyncSender<Told>,
}

impl Seat<'_> {
    fn tell(&self, told: Told) {
        // They listen until all of us have ended.
        let _heard = self.told.send(told);
    }
}

impl Watcher for Seat<'_> {
    fn listen(&mut self, signals: Signals) {
        self.tell(Told::Listen(signals));
    }

    fn console(&mut self, bytes: &[u8]) {
        self.tell(Told::Console(self.me, bytes.to_vec()));
    }

    fn turn(&mut self, ended: usize) -> Result<usize, String> {
        self.turns.open(self.me, ended)
    }

    fn may_end(&mut self) -> bool {
        self.turns.all_done(self.me)
    }

    fn progress(&mut self, _elapsed: Duration, stage: Option<Stage>) {
        self.tell(Told::Progress(self.me, stage));
    }
}

/// Runs the group once and leaves each machine's evidence in a folder of its own in `folder`, and that of the one that
/// decided in `folder` itself.
///
/// # Errors
/// As for one machine.
pub(crate) fn once(
    spec: &Spec,
    members: &[Member],
    machines: Vec<Box<dyn Machine + Send>>,
    (folder, rerun): (&Path, &str),
    watcher: &mut dyn Watcher,
) -> Result<Report, Problem> {
    let turns = Turns::new(members);
    let (told, heard) = sync_channel(DEPTH);
    let outcomes: Vec<Result<Report, Problem>> = thread::scope(|scope| {
        let seats = members.iter().zip(machines).enumerate();
        let threads: Vec<_> = seats
            .map(|(me, (member, machine))| {
                let seat = Seat { me, turns: &turns, told: told.clone() };
                scope.spawn(move || run(member, machine, (folder, rerun), seat))
            })
            .collect();
        drop(told);
        let mut look = LookOn { live: Live::new(members), ears: Vec::new(), interrupted: None };
        let (signals, interrupts) = Signals::channel();
        watcher.listen(signals);
        let begin = Instant::now();
        loop {
            match heard.recv_timeout(TICK) {
                Ok(told) => look.hear(scope, told, begin.elapsed(), watcher),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if let Ok((_, Signal::Interrupted(name))) = interrupts.try_recv() {
                look.interrupt(scope, name);
            }
        }
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    });
    let reports = outcomes.into_iter().collect::<Result<Vec<Report>, Problem>>()?;
    sum::up(spec, members, &reports, folder)
}

/// One machine, from its start to its evidence. What it is made of lives and dies with this thread.
fn run(
    member: &Member,
    mut machine: Box<dyn Machine + Send>,
    (folder, rerun): (&Path, &str),
    mut seat: Seat<'_>,
) -> Result<Report, Problem> {
    let folder = evidence::of_machine(folder, &member.name);
    let tried = standing::today(&member.spec).and_then(|(spec, notes)| {
        let report = tries::once(&spec, &folder, machine.as_mut(), &mut seat)?;
        let mut report = report.symbolised(spec.symbols.as_deref());
        report.notes.extend(notes);
        Ok(report)
    });
    let passed = tried.as_ref().is_ok_and(|report| report.verdict == Verdict::Passed);
    seat.turns.end(seat.me, passed);
    seat.tell(Told::Ended(seat.me));
    let report = tried?;
    evidence::write(&folder, &report, rerun)?;
    Ok(report)
}

/// The thread that waits for all.
struct LookOn {
    live: Live,
    ears: Vec<Signals>,
    interrupted: Option<&'static str>,
}

impl LookOn {
    fn hear<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        told: Told,
        elapsed: Duration,
        watcher: &mut dyn Watcher,
    ) {
        match told {
            Told::Listen(signals) => {
                self.interrupted.into_iter().for_each(|name| pass_on(scope, &signals, name));
                self.ears.push(signals);
            }
            Told::Console(me, bytes) => self.live.console(me, &bytes, watcher),
            Told::Progress(me, stage) => watcher.progress(elapsed, self.live.reached(me, stage)),
            Told::Ended(me) => self.live.end(me, watcher),
        }
    }

    fn interrupt<'scope>(&mut self, scope: &'scope Scope<'scope, '_>, name: &'static str) {
        self.interrupted = Some(name);
        self.ears.iter().for_each(|signals| pass_on(scope, signals, name));
    }
}

/// A thread of its own does it: a trial whose guest floods it may wait for us, and must not have us wait for it.
fn pass_on<'scope>(scope: &'scope Scope<'scope, '_>, signals: &Signals, name: &'static str) {
    let signals = signals.clone();
    scope.spawn(move || signals.send(Signal::Interrupted(name)));
}
