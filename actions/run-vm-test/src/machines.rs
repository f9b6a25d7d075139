//! From the machine of a spec, or its several, to what runs and what would be started.

use std::path::Path;

use spec::{Command, Machine, Member, Qemu, Spec};
use trial::{Accelerator, Problem, Report, Trial, Watcher};

/// What would be started: a plan for each machine, with its name where there are several.
pub(crate) struct Plans(pub(crate) Vec<(Option<String>, vm::Plan)>);

impl Plans {
    pub(crate) fn of(spec: &Spec, notes: Vec<String>) -> Result<Plans, Problem> {
        let one = |plan: vm::Plan| Plans(vec![(None, plan)]);
        match &spec.machine {
            Machine::Qemu(qemu) => in_qemu(qemu, spec).noting(notes).plan().map(one),
            Machine::Command(command) => on_a_terminal(command, spec).plan().map(one),
            Machine::Group(members) => {
                let plan = |(member, machine): (&Member, vm::Qemu)| {
                    Ok((Some(member.name.clone()), machine.plan()?))
                };
                members.iter().zip(group(members)?).map(plan).collect::<Result<_, _>>().map(Plans)
            }
        }
    }

    /// Whether any of it is certain to run under TCG, which takes its time.
    pub(crate) fn is_slow(&self) -> bool {
        self.0.iter().any(|(_, plan)| plan.accelerator == Some(Accelerator::Tcg))
    }
}

fn in_qemu(qemu: &Qemu, spec: &Spec) -> vm::Qemu {
    vm::Qemu::new(qemu.clone()).reached_by(spec.access.clone())
}

fn on_a_terminal(command: &Command, spec: &Spec) -> vm::Terminal {
    vm::Terminal::new(command.clone()).reached_by(spec.access.clone())
}

/// The machines of a group, connected, none of them started.
fn group(members: &[Member]) -> Result<Vec<vm::Qemu>, Problem> {
    let count = u8::try_from(members.len()).unwrap_or(u8::MAX);
    let ports = vm::hub::ports(count).map_err(|error| {
        Problem::infrastructure(format!("no network can be made for the machines: {error}"))
    })?;
    let machine = |(member, port): (&Member, _)| match &member.spec.machine {
        Machine::Qemu(qemu) => Ok(in_qemu(qemu, &member.spec).connected(port)),
        _ => Err(Problem::user(format!("`{}` is no machine in QEMU", member.name))),
    };
    members.iter().zip(ports).map(machine).collect()
}

/// Tries the spec on new machines.
pub(crate) fn run(
    spec: &Spec,
    (evidence, rerun): (&Path, &str),
    notes: &[String],
    hold: bool,
    watcher: &mut dyn Watcher,
) -> Result<Report, Problem> {
    let trial = Trial { spec, evidence, rerun };
    match &spec.machine {
        Machine::Qemu(qemu) => {
            let new = || in_qemu(qemu, spec).noting(notes.into()).holding(hold);
            trial::run(trial, &mut || Box::new(new()), watcher)
        }
        Machine::Command(command) => {
            trial::run(trial, &mut || Box::new(on_a_terminal(command, spec)), watcher)
        }
        Machine::Group(_) if hold => Err(Problem::user("several machines cannot be held")),
        Machine::Group(members) => {
            let boxed = |machine| Box::new(machine) as Box<dyn trial::Machine + Send>;
            let mut new = || Ok(group(members)?.into_iter().map(boxed).collect());
            trial::run_group(trial, members, &mut new, watcher)
        }
    }
}
