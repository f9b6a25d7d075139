//! The whole file: reading it, its shape, and the checks that concern more than one part.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::access::AccessFile;
use crate::allow::AllowsFile;
use crate::error::{Complaint, Error, quoted};
use crate::limits::LimitsFile;
use crate::machine::MachineFile;
use crate::machines::{self, MemberFile};
use crate::node::Node;
use crate::quarantine::QuarantineFile;
use crate::repetition::{self, MOST_REPEATS, MOST_RETRIES, StopWhen};
use crate::results::ResultsFile;
use crate::signs::SignsFile;
use crate::ssh::SshFile;
use crate::step::StepFile;
use crate::texts::Texts;
use crate::{
    Accel, Action, Machine, Spec, Ssh, Step, System, collect, command, paths, patterns, reading,
};

/// The largest spec, in bytes.
const LARGEST: u64 = 1 << 20;

/// The longest name, in characters: names become parts of file names.
const LONGEST_NAME: usize = 100;

/// Reads and checks the spec in `path`, at most 1 MiB. Relative paths in it become relative to its folder; a QEMU
/// without a slash in its name stays one to be found in PATH.
///
/// # Errors
/// The file cannot be read, or what [`parse`] says.
pub fn load(path: &Path) -> Result<Spec, Error> {
    let text = read(path).map_err(|complaint| complaint.in_file(path))?;
    let spec = parse(&text, path)?;
    Ok(paths::from_folder(spec, path.parent().unwrap_or(Path::new(""))))
}

fn read(path: &Path) -> Result<String, Complaint> {
    let bytes = bytes(path).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Complaint::new(None, "a spec has at most 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| Complaint::new(None, "a spec is UTF-8 text"))
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> Complaint {
    match error.kind() {
        io::ErrorKind::NotFound => Complaint::new(None, "there is no such file"),
        io::ErrorKind::IsADirectory => {
            Complaint::new(None, "this is a folder").hint(Some("name the YAML file in it".into()))
        }
        _ => Complaint::new(None, format!("cannot be read: {error}")),
    }
}

/// Checks the spec in `text`; `file` is what errors call it and what its name defaults to. Reads nothing else.
///
/// # Errors
/// The first mistake in it, with line and column.
pub fn parse(text: &str, file: &Path) -> Result<Spec, Error> {
    spec(text, file).map_err(|complaint| complaint.in_file(file))
}

fn spec(text: &str, file: &Path) -> Result<Spec, Complaint> {
    let begin = "begin with `machine: { qemu: { arch: x86_64, kernel: … } }`";
    let (node, written) = reading::both::<SpecFile>(text, begin)?;
    written.lower(&node, file)
}

/// A boot test: a machine, the steps to take on its console, and the rules by which it is judged.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "bootgate boot test", extend(
    "anyOf" = [{ "required": ["pass"] }, { "required": ["steps"] }, { "required": ["machines"] }],
    "oneOf" = [{ "required": ["machine"] }, { "required": ["machines"] }]
))]
pub(crate) struct SpecFile {
    /// What results are filed under; the file's stem unless given.
    name: Option<String>,
    /// Where the guest runs.
    machine: Option<MachineFile>,
    /// Several guests on a private network, by their names.
    #[serde(default)]
    #[schemars(extend("maxProperties" = machines::MOST))]
    machines: BTreeMap<String, MemberFile>,
    /// The host on which all of `machines` are, in place of this one.
    ssh: Option<SshFile>,
    /// How steps such as `run` reach the guest; by its console unless given.
    access: Option<AccessFile>,
    /// What to wait for and what to type, in order.
    #[serde(default)]
    steps: Vec<StepFile>,
    /// What the guest has to print.
    pass: Option<SignsFile>,
    /// What it must not print, besides the built-in crash catalogue.
    #[serde(default)]
    fail: Texts,
    /// Lines that look like a crash and are none.
    #[serde(default)]
    allow: AllowsFile,
    /// What test results in TAP or KTAP on the console mean.
    #[serde(default)]
    results: ResultsFile,
    /// Files that are brought out of the guest, by their full paths.
    #[serde(default)]
    collect: Texts,
    /// How long everything may take.
    #[serde(default)]
    limits: LimitsFile,
    /// The guest's ELF file with debug information, such as `vmlinux`, for the addresses in its backtraces.
    symbols: Option<PathBuf>,
    /// How often the test has to pass.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = MOST_REPEATS))]
    repeat: u32,
    /// When repetitions end.
    #[serde(default, rename = "stop-when")]
    stop_when: StopWhen,
    /// How often a run that did not pass is tried again.
    #[serde(default, alias = "retry")]
    #[schemars(range(max = MOST_RETRIES))]
    retries: u32,
    /// Who looks after a test that is known not to pass, and until when.
    quarantine: Option<QuarantineFile>,
}

fn once() -> u32 {
    1
}

impl SpecFile {
    /// The checked form of what stands at `node`.
    fn lower(&self, node: &Node, file: &Path) -> Result<Spec, Complaint> {
        let (machine, ssh) = self.machine(node)?;
        let access = self.access.as_ref().map(|access| access.lower(node.at("access")));
        let access_of_all = access.transpose()?.unwrap_or_default();
        let (mut steps, mut places, mut owners) = (Vec::new(), Vec::new(), Vec::new());
        for (index, step) in self.steps.iter().enumerate() {
            let of_a_member = step.on.as_ref().and_then(|on| self.machines.get_key_value(on));
            let member = of_a_member.map(|(on, it)| it.access(node.at("machines").at(on)));
            let access = member.transpose()?;
            let access = access.as_ref().unwrap_or(&access_of_all);
            for (lowered, place) in step.lower(node.at("steps").item(index), access)? {
                steps.push(lowered);
                places.push(place);
                owners.push(step.on.as_deref());
            }
        }
        let spec = Spec {
            name: self.name(node, file)?,
            machine,
            ssh,
            access: access_of_all,
            requires: self.machine.as_ref().map(|it| it.requires.clone()).unwrap_or_default(),
            unfit: self.machine.as_ref().map(|it| it.unfit).unwrap_or_default(),
            steps,
            pass: self
                .pass
                .as_ref()
                .map(|signs| signs.lower(node.at("pass")))
                .transpose()?
                .unwrap_or_default(),
            fail: patterns::many(&self.fail, node.at("fail"))?,
            allow: self.allow.lower(node.at("allow"))?,
            results: self.results.lower(),
            collect: collect::paths(&self.collect, node.at("collect"))?,
            limits: self.limits.lower(node.at("limits"))?,
            symbols: self.symbols.clone(),
            repeat: self.repeat,
            stop_when: self.stop_when,
            retries: self.retries,
            quarantine: self
                .quarantine
                .as_ref()
                .map(|it| it.lower(node.at("quarantine"), file))
                .transpose()?,
        };
        repetition::check(self.repeat, self.retries, node)?;
        if self.machine.is_none() {
            return machines::grouped(spec, &self.machines, &owners, node);
        }
        self.proof(&spec, node)?;
        if let Machine::Command(_) = &spec.machine {
            command::check_limits(&spec, node, &places)?;
        }
        Ok(restartable(pinned(spec)))
    }

    /// The machine and its host; a group is empty at first.
    fn machine(&self, node: &Node) -> Result<(Machine, Option<Ssh>), Complaint> {
        let Some(machine) = &self.machine else {
            let ssh = self.ssh.as_ref().map(|ssh| ssh.lower(node.at("ssh"))).transpose()?;
            machines::check(&self.machines, &self.steps, node)?;
            return Ok((Machine::Group(Vec::new()), ssh));
        };
        machines::refuse_beside_machine(&self.steps, node)?;
        Ok((machine.lower(node.at("machine"))?, machine.ssh(node.at("machine"))?))
    }

    fn name(&self, node: &Node, file: &Path) -> Result<String, Complaint> {
        let Some(name) = &self.name else { return Ok(stem(file)) };
        let odd = |c: char| c == '/' || c.is_control();
        if name.trim().is_empty() || name.contains(odd) || name.chars().count() > LONGEST_NAME {
            return Err(Complaint::new(
                node.at("name").place,
                format!("{} is no name", quoted(name)),
            )
            .hint(Some(format!("give 1 to {LONGEST_NAME} characters without `/`"))));
        }
        Ok(name.clone())
    }

    /// A verdict needs positive evidence: without any, every run would pass or none could.
    fn proof(&self, spec: &Spec, node: &Node) -> Result<(), Complaint> {
        if self.pass.is_some() || spec.steps.iter().any(|step| step.action.proves_something()) {
            return Ok(());
        }
        Err(Complaint::new(node.place, "nothing in this spec can prove that the guest passed")
            .hint(Some(
                "add `pass:` with a line that the guest prints, or an `expect` or `run` step"
                    .into(),
            )))
    }
}

/// The file's name without its ending, made fit for a name.
pub fn stem(file: &Path) -> String {
    let stem =
        file.file_stem().unwrap_or_default().to_string_lossy().replace(char::is_control, "_");
    let stem: String = stem.chars().take(LONGEST_NAME).collect();
    if stem.trim().is_empty() { "spec".into() } else { stem }
}

/// Who pins TCG has said for which accelerator the limits are.
pub(crate) fn pinned(mut spec: Spec) -> Spec {
    if matches!(&spec.machine, Machine::Qemu(qemu) if qemu.accel == Accel::Tcg) {
        spec.limits = spec.limits.pinned();
        spec.steps = spec.steps.into_iter().map(Step::pinned).collect();
    }
    spec
}

/// A guest that a step restarts has to be let.
pub(crate) fn restartable(mut spec: Spec) -> Spec {
    let restarts = |step: &Step| matches!(step.action, Action::Ask(System::Reboot(_)));
    if let Machine::Qemu(qemu) = &mut spec.machine {
        qemu.reboot |= spec.steps.iter().any(restarts);
    }
    spec
}
