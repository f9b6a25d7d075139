//! From inputs to a spec: the file with what was asked for beside it, or a spec of the inputs alone.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use spec::{Accel, Arch, Drive, DriveInterface, Limit, Machine, Pattern, Qemu, Signs, Spec};
use trial::Problem;

use crate::configured::{self, Configured};
use crate::{Inputs, is_toml};

/// The boot test that the inputs ask for.
pub(crate) fn configured(inputs: &Inputs) -> Result<Configured, Problem> {
    let Some(path) = &inputs.spec else {
        return Ok(Configured { spec: repeated(of_inputs(inputs)?, inputs), notes: Vec::new() });
    };
    let arch = inputs.arch.or_else(|| kernel_arch(inputs));
    let configured = configured::load(path, arch, inputs.kernel.clone())?;
    let spec = with_inputs(configured.spec, inputs)?;
    if is_toml(path) {
        complete(&spec)?;
    }
    Ok(Configured { spec: repeated(spec, inputs), ..configured })
}

/// ostool builds the kernel itself, and takes a run without signs for a success.
fn complete(spec: &Spec) -> Result<(), Problem> {
    if matches!(&spec.machine, Machine::Qemu(qemu) if qemu.kernel.is_none()) {
        return Err(Problem::user("the configuration names no kernel: ostool builds it itself")
            .hint("give `--kernel FILE`"));
    }
    if spec.pass.patterns().is_empty() && spec.steps.is_empty() {
        return Err(Problem::user("nothing in the configuration can prove that the guest passed")
            .hint("give `--pass PATTERN`, a line that the guest prints when it has passed"));
    }
    Ok(())
}

/// Who asks for repetitions wants to see every failure, and who asks for retries none but the last.
fn repeated(spec: Spec, inputs: &Inputs) -> Spec {
    let (repeat, retries) = match (inputs.repeat, inputs.retries) {
        (None, None) => (spec.repeat, spec.retries),
        (Some(repeat), _) => (repeat, 0),
        (None, Some(retries)) => (1, retries),
    };
    Spec { repeat, retries, stop_when: inputs.stop_when.unwrap_or(spec.stop_when), ..spec }
}

/// A spec like one that a person could have written, so that it goes through the same checks.
fn of_inputs(inputs: &Inputs) -> Result<Spec, Problem> {
    if inputs.kernel.is_none() && inputs.image.is_none() && inputs.command.is_none() {
        return Err(Problem::user("nothing was given to boot").hint(
            "give `--spec FILE`, or one of `--kernel`, `--image` and `--command`, with `--pass`",
        ));
    }
    let mut document = json!({ "name": name(inputs), "machine": machine(inputs), "pass": inputs.pass, "fail": inputs.fail, "symbols": inputs.symbols });
    if let Some(timeout) = inputs.timeout {
        document["limits"] = json!({ "total": humantime::format_duration(timeout).to_string() });
    }
    remove_empty(&mut document);
    spec::parse(&document.to_string(), Path::new("inputs")).map_err(|error| {
        let problem = Problem::user(error.message.clone());
        Problem { hint: error.hint.clone(), ..problem }
    })
}

fn name(inputs: &Inputs) -> String {
    let file = inputs.kernel.as_deref().or(inputs.image.as_deref());
    let stem = file.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
    stem.unwrap_or_else(|| "command".into())
}

fn machine(inputs: &Inputs) -> Value {
    if let Some(command) = &inputs.command {
        return json!({ "command": { "run": command } });
    }
    let mut qemu = json!({
        "arch": inputs.arch.or_else(|| kernel_arch(inputs)).or_else(Arch::host),
        "accel": inputs.accel,
        "kernel": inputs.kernel,
        "initrd": inputs.initrd,
        "append": inputs.append,
        "drives": inputs.image.iter().map(|image| json!({"file": image, "format": format(image)})).collect::<Vec<_>>(),
    });
    remove_empty(&mut qemu);
    json!({ "qemu": qemu })
}

fn kernel_arch(inputs: &Inputs) -> Option<Arch> {
    vm::kernel::Kernel::open(inputs.kernel.as_deref()?).ok()?.arch()
}

/// An image's format by its name; what is inside is the guest's, and is not asked.
fn format(image: &Path) -> &'static str {
    match image.extension().and_then(|extension| extension.to_str()) {
        Some("qcow2") => "qcow2",
        _ => "raw",
    }
}

/// What was not given is not there.
fn remove_empty(value: &mut Value) {
    if let Value::Object(map) = value {
        map.retain(|_, value| !value.is_null() && *value != json!([]));
    }
}

/// The file's spec with what was asked for in its place.
fn with_inputs(mut spec: Spec, inputs: &Inputs) -> Result<Spec, Problem> {
    if let Machine::Group(members) = &mut spec.machine {
        members.iter_mut().for_each(|it| limit_all(&mut it.spec, inputs.timeout));
        refuse_beside_group(inputs)?;
    }
    if inputs.command.is_some() {
        return Err(Problem::user("both a spec and a command were given")
            .hint("put `machine: { command: … }` into the spec"));
    }
    let names_qemu = [
        inputs.kernel.is_some(),
        inputs.initrd.is_some(),
        inputs.append.is_some(),
        inputs.image.is_some(),
    ];
    match &mut spec.machine {
        Machine::Qemu(qemu) => put(qemu, inputs),
        _ if names_qemu.contains(&true) || inputs.arch.is_some() || inputs.accel.is_some() => {
            return Err(Problem::user(
                "the spec's machine is not QEMU, so it takes no kernel, image, arch or accel",
            ));
        }
        _ => {}
    }
    spec.symbols = inputs.symbols.clone().or(spec.symbols);
    if !inputs.pass.is_empty() {
        spec.pass = Signs::AllOf(patterns(&inputs.pass)?);
    }
    if !inputs.fail.is_empty() {
        spec.fail = patterns(&inputs.fail)?;
    }
    limit_all(&mut spec, inputs.timeout);
    Ok(spec)
}

/// What is each machine's own cannot be given for all.
fn refuse_beside_group(inputs: &Inputs) -> Result<(), Problem> {
    let own = !inputs.pass.is_empty() || !inputs.fail.is_empty() || inputs.symbols.is_some();
    match own {
        true => {
            Err(Problem::user("pass, fail and symbols cannot be given beside several machines")
                .hint("write them into the spec"))
        }
        false => Ok(()),
    }
}

fn limit_all(spec: &mut Spec, timeout: Option<Duration>) {
    if let Some(timeout) = timeout {
        spec.limits.total = limit(timeout, &spec.machine);
    }
}

fn put(qemu: &mut Qemu, inputs: &Inputs) {
    let given = |old: &mut Option<_>, new: &Option<_>| *old = new.clone().or_else(|| old.take());
    given(&mut qemu.kernel, &inputs.kernel);
    given(&mut qemu.initrd, &inputs.initrd);
    qemu.append = inputs.append.clone().or_else(|| qemu.append.take());
    qemu.arch = inputs.arch.unwrap_or(qemu.arch);
    qemu.accel = inputs.accel.unwrap_or(qemu.accel);
    if let Some(image) = &inputs.image {
        let interface = DriveInterface::default();
        let drive = Drive {
            file: image.clone(),
            format: format(image).into(),
            interface,
            snapshot: true,
            readonly: false,
        };
        qemu.drives.splice(..qemu.drives.len().min(1), [drive]);
    }
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>, Problem> {
    let pattern = |text: &String| {
        Pattern::new(text.as_str())
            .map_err(|error| Problem::user(format!("the pattern `{text}` cannot be used: {error}")))
    };
    texts.iter().map(pattern).collect()
}

/// Who names an accelerator means the limit as it stands.
fn limit(timeout: Duration, machine: &Machine) -> Limit {
    match machine {
        Machine::Qemu(qemu) if qemu.accel == Accel::Tcg => {
            Limit::ByAccelerator { kvm: timeout, tcg: timeout }
        }
        _ => Limit::Any(timeout),
    }
}
