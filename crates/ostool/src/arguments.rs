//! ostool's arguments for QEMU as the fields of a spec: what bootgate decides itself is taken out of them.

use std::path::PathBuf;

use spec::{Accel, Qemu};

use crate::fields::Text;
use crate::place::Place;

/// Options that bootgate has in hand itself, and whether a value follows them: the console, the screen, what ends QEMU.
const OURS: [(&str, bool); 9] = [
    ("nographic", false),
    ("curses", false),
    ("display", true),
    ("serial", true),
    ("monitor", true),
    ("daemonize", false),
    ("no-reboot", false),
    ("no-shutdown", false),
    ("action", true),
];

/// What was made of the arguments.
#[derive(Debug, Default)]
pub(crate) struct Translated {
    accel: Option<Accel>,
    /// What was left out.
    pub(crate) dropped: Vec<String>,
    /// Whether QEMU would take Ctrl-A for itself.
    pub(crate) muxed: bool,
    /// Whether firmware was named.
    pub(crate) firmware: bool,
}

/// Puts `args` into the fields of `qemu`, and what has no field into its `args`.
///
/// # Errors
/// An argument that would take away what a trial needs: its place, and why.
pub(crate) fn translate(args: &[Text], qemu: &mut Qemu) -> Result<Translated, (Place, String)> {
    let mut translated = Translated::default();
    let mut rest = args.iter().peekable();
    while let Some(argument) = rest.next() {
        let value = rest.peek().map(|value| value.text.clone());
        let name = argument.text.strip_prefix("--").or_else(|| argument.text.strip_prefix('-'));
        let value = value.unwrap_or_default();
        let taken = name.map_or(Ok(None), |name| translated.take(name, &value, qemu));
        match taken.map_err(|why| (argument.place, why))? {
            Some(true) => drop(rest.next()),
            Some(false) => {}
            None => qemu.args.push(sound(argument, &value)?),
        }
    }
    // Where nothing is said, QEMU translates.
    qemu.accel = translated.accel.unwrap_or(Accel::Tcg);
    Ok(translated)
}

fn sound(argument: &Text, value: &str) -> Result<String, (Place, String)> {
    match spec::refused_argument(&argument.text, value) {
        Some(why) => Err((argument.place, why)),
        None => Ok(argument.text.clone()),
    }
}

impl Translated {
    /// Takes an option out, and says whether with its value; `None` leaves it where it is.
    fn take(&mut self, name: &str, value: &str, qemu: &mut Qemu) -> Result<Option<bool>, String> {
        if let Some((_, valued)) = OURS.iter().find(|(ours, _)| *ours == name) {
            self.muxed |= name == "nographic" || value.starts_with("mon:");
            let value = if *valued { format!(" {value}") } else { String::new() };
            self.dropped.push(format!("`-{name}{value}`"));
            return Ok(Some(*valued));
        }
        let path = || Some(PathBuf::from(value));
        match name {
            "enable-kvm" => {
                self.accelerate("kvm")?;
                return Ok(Some(false));
            }
            "accel" => self.accelerate(value)?,
            "machine" | "M" => self.machine(value, qemu)?,
            "cpu" => qemu.cpu = Some(value.into()),
            "smp" => return Ok(cpus(value, qemu)),
            "m" => return Ok(memory(value, qemu)),
            "kernel" => qemu.kernel = path(),
            "initrd" => qemu.initrd = path(),
            "append" => qemu.append = Some(value.into()),
            "dtb" => qemu.dtb = path(),
            // Words of QEMU's own, and no files.
            "bios" if matches!(value, "default" | "none") => return Ok(None),
            "bios" => (qemu.firmware, self.firmware) = (path(), true),
            "drive" => {
                self.firmware |= value.contains("if=pflash");
                return Ok(None);
            }
            _ => return Ok(None),
        }
        Ok(Some(true))
    }

    /// `kvm`, `tcg,thread=multi` or `kvm:tcg`; of two that differ QEMU takes the first that works.
    fn accelerate(&mut self, value: &str) -> Result<(), String> {
        for name in value.split(',').next().unwrap_or_default().split(':') {
            let accel = match name {
                "kvm" => Accel::Kvm,
                "tcg" => Accel::Tcg,
                other => return Err(format!("`{other}` is no accelerator that bootgate knows")),
            };
            self.accel =
                Some(if self.accel.is_none_or(|old| old == accel) { accel } else { Accel::Auto });
        }
        Ok(())
    }

    fn machine(&mut self, value: &str, qemu: &mut Qemu) -> Result<(), String> {
        let is_accel = |part: &&str| part.trim_start().starts_with("accel=");
        let (accels, parts): (Vec<&str>, Vec<&str>) = value.split(',').partition(is_accel);
        for accel in accels {
            self.accelerate(accel.trim_start().trim_start_matches("accel="))?;
        }
        // QEMU joins the properties of several `-machine`.
        let parts = qemu.machine.as_deref().into_iter().chain(parts).collect::<Vec<_>>();
        qemu.machine = (!parts.is_empty()).then(|| parts.join(","));
        Ok(())
    }
}

/// A bare number has a field; a topology stays, for QEMU takes the two together.
fn cpus(value: &str, qemu: &mut Qemu) -> Option<bool> {
    let first = value.split(',').next().unwrap_or_default();
    let count =
        first.trim_start_matches("cpus=").parse().ok().filter(|cpus| (1..=1024).contains(cpus))?;
    qemu.cpus = count;
    (first == value).then_some(true)
}

/// QEMU takes a bare number for megabytes.
fn memory(value: &str, qemu: &mut Qemu) -> Option<bool> {
    let digits = value.trim_end_matches(['K', 'M', 'G', 'T', 'k', 'm', 'g', 't']);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || value.len() > digits.len() + 1 {
        return None;
    }
    qemu.memory = if digits == value { format!("{value}M") } else { value.to_owned() };
    Some(true)
}
