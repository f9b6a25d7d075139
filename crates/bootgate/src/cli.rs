//! The commands.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::{
    channels, completions, describe, doctor, grow, image_diff, init, inspect, judge, pipeline,
    policy_check, spec_check,
};

/// Boots kernels, hypervisors and OS images, judges them, and says whether they passed.
#[derive(Parser)]
#[command(name = "bootgate", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes of every command:
  0  passed, or done
  1  the guest's fault: failed, crashed, hung or incomplete
  2  a mistake in the command line or in a file, with its line and column
  3  infrastructure: the host, the network, an interruption; never the guest's fault, and never green

Begin with `bootgate doctor`, which says what this host can run.";

#[derive(Subcommand)]
enum Command {
    /// Boot a guest by a spec, judge its console, and leave the evidence
    RunVmTest(run_vm_test::Inputs),
    BuildDiskImage(build_disk_image::Inputs),
    PromoteImage(promote_image::Inputs),
    RunGate(run_gate::Inputs),
    RunRemoteTest(run_remote_test::Inputs),
    PruneImages(prune_images::Inputs),
    PublishImage(publish_image::Inputs),
    SetupGuestImage(setup_guest_image::Inputs),
    /// Make the QEMU that a job needs ready, and prove that it boots
    SetupQemu(setup_qemu::Inputs),
    /// Judge a console that was recorded
    Judge(judge::Arguments),
    /// Look into boot tests without booting
    #[command(subcommand)]
    Spec(Spec),
    Init(init::Arguments),
    Channels(channels::Arguments),
    /// Look into the policy
    #[command(subcommand)]
    Policy(Policy),
    /// Run workflows without a runner
    #[command(subcommand)]
    Pipeline(Pipeline),
    /// Say what this host can run, and prove it by running guest code
    Doctor(doctor::Arguments),
    /// Look into disks, file systems and initramfs
    #[command(subcommand)]
    Image(Image),
    /// Print completions for a shell
    Completions(completions::Arguments),
    /// Clean up behind an action, as its post step
    Post(Post),
    /// Print what each action takes and gives, from which its files are generated
    #[command(hide = true)]
    Describe,
    /// Do on a host what a bootgate elsewhere asks for on standard input
    #[command(hide = true)]
    RemoteHost,
}

/// What can be done with a boot test.
#[derive(Subcommand)]
enum Spec {
    Check(spec_check::Arguments),
}

/// What can be done with a policy.
#[derive(Subcommand)]
enum Policy {
    Check(policy_check::Arguments),
}

/// What can be done with a workflow.
#[derive(Subcommand)]
enum Pipeline {
    Run(pipeline::Arguments),
}

/// What can be done with an image.
#[derive(Subcommand)]
enum Image {
    Inspect(inspect::Arguments),
    Grow(grow::Arguments),
    Diff(image_diff::Arguments),
}

/// Clean up behind an action.
#[derive(Args)]
struct Post {
    /// The action
    action: Action,
}

/// An action that is part of this program.
#[derive(Clone, Copy, ValueEnum)]
enum Action {
    BuildDiskImage,
    PublishImage,
    RunRemoteTest,
    RunVmTest,
    SetupGuestImage,
    SetupQemu,
}

/// The definition of every command.
pub(crate) fn definition() -> clap::Command {
    Cli::command()
}

pub(crate) fn main() -> ExitCode {
    gha::program(&definition(), |line| run(parse(line).command))
}

/// Ends the process with what clap says where the line is no command.
fn parse(line: Vec<OsString>) -> Cli {
    let matches = definition().get_matches_from(line);
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

fn run(command: Command) -> ExitCode {
    match command {
        Command::RunVmTest(inputs) => run_vm_test_anywhere(inputs),
        Command::BuildDiskImage(inputs) => build_disk_image::main(&inputs),
        Command::PromoteImage(inputs) => promote_image::main(&inputs),
        Command::RunGate(inputs) => run_gate::main(&inputs),
        Command::RunRemoteTest(inputs) => run_remote_test::main(&inputs),
        Command::PruneImages(inputs) => prune_images::main(&inputs),
        Command::PublishImage(inputs) => publish_image::main(&inputs),
        Command::SetupGuestImage(inputs) => setup_guest_image::main(&inputs),
        Command::SetupQemu(inputs) => setup_qemu::main(&inputs),
        Command::Judge(arguments) => judge::main(&arguments),
        Command::Spec(Spec::Check(arguments)) => spec_check::main(&arguments),
        Command::Init(arguments) => init::main(&arguments),
        Command::Channels(arguments) => channels::main(&arguments),
        Command::Policy(Policy::Check(arguments)) => policy_check::main(&arguments),
        Command::Pipeline(Pipeline::Run(arguments)) => pipeline::main(&arguments),
        Command::Doctor(arguments) => doctor::main(&arguments),
        Command::Image(Image::Inspect(arguments)) => inspect::main(&arguments),
        Command::Image(Image::Grow(arguments)) => grow::main(&arguments),
        Command::Image(Image::Diff(arguments)) => image_diff::main(&arguments),
        Command::Completions(arguments) => completions::main(&arguments),
        Command::Post(Post { action: Action::PublishImage }) => publish_image::post(),
        Command::Post(Post { action: Action::RunVmTest }) => run_vm_test::post(),
        Command::Post(Post { action: Action::RunRemoteTest }) => post_run_remote_test(),
        Command::Post(Post {
            action: Action::BuildDiskImage | Action::SetupGuestImage | Action::SetupQemu,
        }) => gha::Unsaved::after_the_job(),
        Command::Describe => describe::main(),
        Command::RemoteHost => remote::host::serve(std::io::stdin(), std::io::stdout()),
    }
}

/// The runner gives a post step the inputs of its main step.
fn post_run_remote_test() -> ExitCode {
    match run_remote_test_inputs(&[]) {
        Some(inputs) => run_remote_test::post(&inputs),
        None => ExitCode::SUCCESS,
    }
}

/// A spec may say that it runs on another machine.
fn run_vm_test_anywhere(inputs: run_vm_test::Inputs) -> ExitCode {
    let Some(spec) = inputs.spec.clone().filter(|_| run_vm_test::is_for_a_host(&inputs)) else {
        return run_vm_test::main(&inputs);
    };
    let paths = [("--spec", spec), ("--evidence-path", inputs.evidence_path.clone())];
    let mut line: Vec<OsString> =
        paths.into_iter().flat_map(|(flag, path)| [flag.into(), path.into()]).collect();
    line.extend(inputs.json.then(|| "--json".into()));
    match run_remote_test_inputs(&line) {
        Some(there) => {
            let flags = run_vm_test::flags(&inputs);
            run_remote_test::main(&run_remote_test::Inputs { flags, ..there })
        }
        None => run_vm_test::main(&inputs),
    }
}

/// What a runner and this line make of that action's inputs.
fn run_remote_test_inputs(line: &[OsString]) -> Option<run_remote_test::Inputs> {
    let begin = ["bootgate", "run-remote-test"].map(OsString::from).to_vec();
    match gha::command_line(&definition(), [begin, line.to_vec()].concat()).map(parse) {
        Ok(Cli { command: Command::RunRemoteTest(inputs) }) => Some(inputs),
        _ => None,
    }
}
