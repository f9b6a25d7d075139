//! What stands under `with:` becomes the command line that clap reads.

use std::ffi::OsString;

use clap::{Args, Command, Parser, ValueEnum};
use gha::{Output, Runner, action_yml_part, arguments, describe, readme_tables};
use testkit::runner::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Access {
    Console,
    Ssh,
}

/// Boot a guest.
///
/// The verdict is | one of six.
#[derive(Args, Debug)]
struct Inputs {
    /// The boot test
    #[arg(long)]
    spec: String,
    /// The folder for the evidence
    #[arg(long, default_value = "bootgate-evidence")]
    evidence_path: String,
    /// Files to send
    #[arg(long)]
    file: Vec<String>,
    /// Keep the machine
    #[arg(long, short = 'k')]
    keep: bool,
    /// How the guest is reached
    #[arg(long, value_enum, default_value_t = Access::Console)]
    access: Access,
    /// How many times
    #[arg(long, alias = "retry")]
    retries: Option<u8>,
    /// Boot nothing
    #[arg(long, help_heading = gha::ON_THE_COMMAND_LINE)]
    dry_run: bool,
}

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    inputs: Inputs,
}

const OUTPUTS: [Output; 1] = [Output { name: "verdict", description: "One of six | words" }];

fn command() -> Command {
    Inputs::augment_args(Command::new("run-vm-test"))
}

fn runner(world: &World) -> Runner {
    Runner { vars: world.vars().clone() }
}

fn line(world: &World, given: &[&str]) -> Result<Vec<String>, String> {
    let given: Vec<OsString> = given.iter().map(OsString::from).collect();
    let words = arguments(&command(), &runner(world), &given).map_err(|error| error.to_string())?;
    Ok(words.into_iter().map(|word| word.into_string().expect("UTF-8")).collect())
}

fn parsed(words: Vec<String>) -> Inputs {
    let words = ["bootgate".to_owned()].into_iter().chain(words);
    Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")).inputs
}

#[test]
fn inputs_of_every_kind_reach_clap() {
    let world = World::new()
        .input("spec", "smoke.yaml\n")
        .input("evidence-path", "out/evidence of it")
        .input("file", "a b\n\n  --c=d  \n")
        .input("keep", "True")
        .input("access", "ssh");
    let inputs = parsed(line(&world, &[]).unwrap());
    assert_eq!(inputs.spec, "smoke.yaml");
    assert_eq!(inputs.evidence_path, "out/evidence of it");
    assert_eq!(inputs.file, ["a b", "--c=d"]);
    assert!(inputs.keep && !inputs.dry_run);
    assert_eq!((inputs.access, inputs.retries), (Access::Ssh, None));
}

#[test]
fn an_input_may_have_its_flags_other_name() {
    let world = World::new().input("spec", "x").input("retries", " ").input("retry", "3");
    assert_eq!(parsed(line(&world, &[]).unwrap()).retries, Some(3));
}

#[test]
fn a_blank_input_counts_as_not_given() {
    let world = World::new().input("spec", "x").input("evidence-path", "").input("retries", " \n");
    assert_eq!(line(&world, &[]).unwrap(), ["--spec=x"]);
}

#[test]
fn what_was_typed_wins_over_an_input() {
    let world =
        World::new().input("spec", "input").input("file", "from-input").input("keep", "true");
    let words = line(&world, &["--spec", "typed", "--file=typed", "-k"]).unwrap();
    assert_eq!(words, ["--spec", "typed", "--file=typed", "-k"]);
    let after = line(&world, &["--", "--spec"]).unwrap();
    assert!(after.contains(&"--spec=input".to_owned()));
}

#[test]
fn a_switch_takes_true_or_false() {
    let with = |value| line(&World::new().input("keep", value), &[]);
    assert_eq!(with("false").unwrap(), Vec::<String>::new());
    assert_eq!(with("TRUE").unwrap(), ["--keep"]);
    assert_eq!(with("yes").unwrap_err(), "the input `keep` is `yes`");
}

#[test]
fn a_flag_for_people_is_no_input() {
    assert!(line(&World::new().input("dry-run", "true"), &[]).unwrap().is_empty());
}

#[test]
fn an_input_cannot_become_another_flag() {
    let world = World::new().input("spec", "--keep").input("file", "--dry-run");
    let inputs = parsed(line(&world, &[]).unwrap());
    assert!(!inputs.keep && !inputs.dry_run && inputs.spec == "--keep");
}

#[test]
fn action_yml_says_what_clap_says() {
    let expected = r#"inputs:
  spec:
    description: "The boot test"
    required: true
  evidence-path:
    description: "The folder for the evidence"
    default: "bootgate-evidence"
  file:
    description: "Files to send. One a line"
  keep:
    description: "Keep the machine"
    default: "false"
  access:
    description: "How the guest is reached. One of `console`, `ssh`"
    default: "console"
  retries:
    description: "How many times"
outputs:
  verdict:
    description: "One of six | words"
"#;
    let action = describe(&command(), &OUTPUTS);
    assert_eq!(action.description, "Boot a guest. The verdict is | one of six.");
    assert_eq!(action_yml_part(&action), expected);
}

#[test]
fn the_readme_has_the_same_in_tables() {
    let tables = readme_tables(&describe(&command(), &OUTPUTS));
    assert!(tables.contains("| `spec` | The boot test | **required** |\n"), "{tables}");
    assert!(tables.contains("| `keep` | Keep the machine | `false` |\n"));
    assert!(tables.ends_with(
        "\n\n| output | what it is |\n| --- | --- |\n| `verdict` | One of six \\| words |\n"
    ));
}
