//! QEMU as a machine that a trial can run.

use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use access::Asker;
use serde_json::json;
use spec::Access;
use supervise::{Child, Deadline, RunDir};
use trial::{Accelerator, Machine, Problem, Question, Signals, Started, Stop};

use crate::board::Board;
use crate::boot::{Boot, KERNEL_FD, Wiring};
use crate::dressed::{self, Handed};
use crate::ending::Exit;
use crate::entrance::Entrance;
use crate::hold::Hold;
use crate::hub::Port;
use crate::keyboard::Keyboard;
use crate::launch::{self, Failure, Launched};
use crate::locate::{self, Program};
use crate::plan::Plan;
use crate::qmp::Client;
use crate::tpm::{self, Tpm};
use crate::uefi::{self, Flash};
use crate::watch::Watch;
use crate::{accel, autopsy, command, devices, fast, files, scratch};

/// How long QEMU may take to quit by itself before it is killed.
const QUIT_LIMIT: Duration = Duration::from_millis(200);

/// A guest under QEMU.
///
/// QEMU dies with the thread that calls [`Machine::start`]: let that be the one that runs the trial.
#[derive(Debug)]
pub struct Qemu {
    config: spec::Qemu,
    /// What is known of it before it starts, for its report.
    notes: Vec<String>,
    running: Option<Running>,
    scratch: Option<RunDir>,
    /// Its place on a private network.
    port: Option<Port>,
    /// Whether the guest may be kept after its end.
    may_hold: bool,
    hold: Option<Hold>,
    /// How steps reach the guest.
    access: Access,
}

#[derive(Debug)]
struct Running {
    child: Arc<Child>,
    client: Arc<Client>,
    keyboard: Keyboard,
    stopped: Arc<AtomicBool>,
    /// Ends with the machine.
    _tpm: Option<Tpm>,
    asker: Option<Asker>,
}

impl Qemu {
    /// A machine that is not started yet.
    pub fn new(config: spec::Qemu) -> Qemu {
        let (notes, running, scratch) = (Vec::new(), None, None);
        Qemu {
            config,
            notes,
            running,
            scratch,
            port: None,
            may_hold: false,
            hold: None,
            access: Access::Console,
        }
    }

    /// The same with notes for whoever reads its plan or its report.
    #[must_use]
    pub fn noting(mut self, notes: Vec<String>) -> Qemu {
        self.notes = notes;
        self
    }

    /// The same with a card on a private network, beside those that its config names.
    #[must_use]
    pub fn connected(mut self, port: Port) -> Qemu {
        self.port = Some(port);
        self
    }

    /// The same for a guest that may be kept after its end: then QEMU does not end with it.
    #[must_use]
    pub fn holding(mut self, may_hold: bool) -> Qemu {
        self.may_hold = may_hold;
        self
    }

    /// The same for a guest that is asked by other ways than its console.
    #[must_use]
    pub fn reached_by(mut self, access: Access) -> Qemu {
        self.access = access;
        self
    }

    /// What would be started, as far as it can be told without running anything.
    ///
    /// # Errors
    /// The user's mistake, such as a missing kernel, or a host without QEMU.
    pub fn plan(&self) -> Result<Plan, Problem> {
        let (program, flash) = self.check()?;
        let accelerator = accel::foreseen(&self.config);
        let undecided = accelerator
            .is_none()
            .then(|| "whether KVM is used is found out when the guest starts".to_owned());
        let noted = self.notes.iter().cloned();
        let notes = noted.chain(undecided).chain(self.more_notes(accelerator)).collect();
        Ok(Plan { command: self.command(&program, accelerator, flash), accelerator, notes })
    }

    fn check(&self) -> Result<(Program, Option<Flash>), Problem> {
        files::check(&self.config)?;
        devices::check(&self.config, &Board::of(&self.config))?;
        dressed::check(&self.config, &self.access)?;
        let program = locate::qemu(&self.config)?;
        if self.config.tpm {
            tpm::program()?;
        }
        let flash = uefi::flash(&self.config, &program.path)?;
        Ok((program, flash))
    }

    /// What a person would type: without the unpacked kernel, the control socket and the sandbox.
    fn command(
        &self,
        program: &Program,
        accelerator: Option<Accelerator>,
        flash: Option<Flash>,
    ) -> Vec<String> {
        let mut command = vec![program.name.clone()];
        let (access, wiring) = (&self.access, Wiring::Terminal);
        let shown = dressed::dressed(&self.config, access, Handed::default(), wiring);
        let boot = Boot { card: self.card(), ..Boot::plain(accelerator, flash) };
        command.extend(command::arguments(&shown, &boot));
        command
    }

    fn card(&self) -> Option<String> {
        self.port.as_ref().map(Port::address)
    }

    fn more_notes(&self, accelerator: Option<Accelerator>) -> impl Iterator<Item = String> {
        let counts = command::counts_instructions(&self.config, accelerator);
        let clock = counts.then_some(
            "time comes from counted instructions: without KVM `microvm` has no clock to trust",
        );
        let tpm = self.config.tpm.then_some(tpm::BY_HAND);
        clock.into_iter().chain(tpm).map(str::to_owned).chain(dressed::note(&self.access))
    }

    /// Launches with QEMU locked in, or without where this QEMU cannot.
    fn launch(
        &self,
        start: &Start,
        signals: &Signals,
        notes: &mut Vec<String>,
    ) -> Result<Launched, Problem> {
        let mut boot = start.boot.clone();
        let (port, inherited) = (self.port.as_ref(), &start.inherited);
        let launch = |boot: &Boot| {
            launch::launch(&start.program, &start.config, boot, inherited, port, signals)
        };
        let launched = launch(&boot);
        let Err(Failure::NoSandbox) = launched else {
            return launched.map_err(Failure::into_problem);
        };
        notes.push("this QEMU has no seccomp sandbox: it runs without".to_owned());
        boot.sandbox = false;
        let launched = launch(&boot);
        launched.map_err(Failure::into_problem)
    }

    fn prepare(
        &self,
        program: Program,
        accelerator: Accelerator,
        entrance: &Entrance,
        notes: &mut Vec<String>,
    ) -> io::Result<Start> {
        let unpacked = fast::unpack(&self.config, &program, accelerator);
        if unpacked.is_some() {
            notes.push(
                "the kernel was unpacked on the host; the command shown starts it as it is"
                    .to_owned(),
            );
        }
        let (kernel, fast) = unpacked.map(|unpacked| (unpacked.kernel, unpacked.fast)).unzip();
        let config = entrance.dress(&self.config, &self.access);
        let kernel = kernel.map(|kernel| (kernel.into(), KERNEL_FD));
        let inherited = kernel.into_iter().chain(entrance.inherited()?).collect();
        let scratch = self.scratch.as_ref().map(|scratch| scratch.path().to_owned());
        let accelerator = Some(accelerator);
        let control = self.hold.as_ref().map(Hold::control);
        let wiring = Wiring::Pipes;
        let (sandbox, flash, card) = (true, None, self.card());
        let boot = Boot { accelerator, wiring, sandbox, flash, card, fast, scratch, control };
        Ok(Start { program, config, boot, inherited })
    }

    fn watch(
        &mut self,
        launched: Launched,
        asker: Option<Asker>,
        signals: Signals,
    ) -> io::Result<()> {
        let stopped = Arc::new(AtomicBool::new(false));
        let watch = Watch {
            child: Arc::clone(&launched.child),
            client: Arc::clone(&launched.client),
            tail: launched.tail,
            stopped: Arc::clone(&stopped),
            exit: Exit::of(&self.config),
            pauses: command::pauses(&self.config),
            attached: self.hold.as_ref().map(|hold| Arc::clone(&hold.attached)),
        };
        let Launched { child, client, keyboard, stdout, tpm, .. } = launched;
        thread::Builder::new().name("console".into()).spawn(move || watch.run(stdout, &signals))?;
        self.running = Some(Running { child, client, keyboard, stopped, asker, _tpm: tpm });
        Ok(())
    }
}

/// What a start is made of.
struct Start {
    program: Program,
    /// The spec's with what it needs to be asked.
    config: spec::Qemu,
    boot: Boot,
    /// Descriptors, and which they are for QEMU.
    inherited: Vec<(OwnedFd, i32)>,
}

impl Machine for Qemu {
    fn start(&mut self, signals: Signals) -> Result<Started, Problem> {
        let (program, flash) = self.check()?;
        let choice = accel::choose(&self.config, &program)?;
        self.scratch = scratch::folder(&self.config).map_err(|error| {
            Problem::infrastructure(format!(
                "no folder can be made for what the guest writes: {error}"
            ))
        })?;
        self.hold = self.may_hold.then(Hold::new).transpose().map_err(|error| {
            Problem::infrastructure(format!("no folder can be made to hold the machine: {error}"))
        })?;
        let more = self.more_notes(Some(choice.accelerator));
        let noted = self.notes.iter().cloned();
        let mut notes: Vec<String> = noted.chain(choice.note).chain(more).collect();
        let command = self.command(&program, Some(choice.accelerator), flash.clone());
        let entrance = Entrance::prepare(&self.access)?;
        let start = self.prepare(program, choice.accelerator, &entrance, &mut notes);
        let mut start = start.map_err(|error| {
            Problem::infrastructure(format!("QEMU's descriptors cannot be made: {error}"))
        })?;
        start.boot.flash = flash;
        let launched = self.launch(&start, &signals, &mut notes)?;
        let asker = entrance.open(&self.access, &launched.client, signals.clone())?;
        self.watch(launched, asker, signals).map_err(|error| {
            Problem::infrastructure(format!("no thread can be started: {error}"))
        })?;
        Ok(Started { accelerator: Some(choice.accelerator), command, notes })
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.running {
            Some(running) => running.keyboard.send(bytes),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn ask(&mut self, question: Question) -> io::Result<()> {
        let Some(running) = &self.running else { return Err(io::ErrorKind::NotConnected.into()) };
        running.asker.as_ref().ok_or(io::ErrorKind::Unsupported)?.ask(question)
    }

    fn autopsy(&mut self, folder: &Path) -> Vec<PathBuf> {
        self.running
            .as_ref()
            .map_or_else(Vec::new, |running| autopsy::perform(&running.client, folder))
    }

    fn screenshot(&mut self, folder: &Path) -> Option<PathBuf> {
        let client = &self.running.as_ref()?.client;
        autopsy::screen(client, folder, Deadline::after(autopsy::LIMIT))
    }

    fn hold(&mut self) -> Result<Vec<String>, String> {
        let (Some(running), Some(hold)) = (&self.running, &self.hold) else {
            return Err("it was not started to be held".into());
        };
        if running.child.wait_until(Deadline::after(Duration::ZERO)).is_some() {
            return Err("QEMU has ended, so there is nothing to hold".into());
        }
        let ways = hold
            .open(&running.client, &running.keyboard, &self.config)
            .map_err(|error| format!("no way to it can be opened: {error}"))?;
        let login = running.asker.as_ref().and_then(Asker::by_hand);
        Ok(ways.into_iter().chain(login.map(|login| format!("SSH: {login}"))).collect())
    }

    fn stop(&mut self, how: Stop) {
        let Some(mut running) = self.running.take() else { return };
        running.asker = None;
        if let Stop::Powerdown(grace) = how
            && running.powers_down(grace)
        {
            return;
        }
        running.end();
        (self.scratch, self.hold, self.port) = (None, None, None);
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        self.stop(Stop::Now);
    }
}

impl Running {
    /// Presses the power button; whether the machine was gone in time.
    fn powers_down(&self, grace: Duration) -> bool {
        let deadline = Deadline::after(grace);
        // An autopsy leaves the guest stopped, and a stopped guest feels no button.
        let pressed = ["cont", "system_powerdown"]
            .map(|command| self.client.execute(command, &json!({}), deadline));
        pressed.iter().all(Result::is_ok) && self.child.wait_until(deadline).is_some()
    }

    /// Has QEMU quit, so that it closes its images in order; one that does not is killed.
    fn end(&self) {
        self.stopped.store(true, Ordering::Release);
        let deadline = Deadline::after(QUIT_LIMIT);
        let _answer = self.client.execute("quit", &json!({}), deadline);
        if self.child.wait_until(deadline).is_none() {
            // Fails only where the child was waited for already.
            let _status = self.child.terminate(Duration::ZERO);
        }
    }
}
