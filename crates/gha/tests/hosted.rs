//! The runner's side: what a step writes is read as a runner reads it, and what it prints is shown without its secrets.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::fs;
use std::io::{self, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};

use gha::hosted::{Files, Hosted, Log, Said, surround};
use gha::{Output, Outputs, Runner};
use proptest::prelude::*;
use testkit::runner::oracle;

fn read(name: &str, text: &[u8]) -> Result<Said, String> {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::create(folder.path()).unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    files.read().map_err(|problem| problem.to_string())
}

fn outputs(text: &str) -> Result<Vec<(String, String)>, String> {
    read("GITHUB_OUTPUT", text.as_bytes()).map(|said| said.outputs)
}

#[test]
fn both_forms_of_a_value_are_read() {
    let pairs = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(
        outputs("a=b=c<<d\n\nlong<<END\nx=y\n\nEND \nEND\nempty=\r\n"),
        Ok(pairs(&[("a", "b=c<<d"), ("long", "x=y\n\nEND "), ("empty", "")]))
    );
    assert_eq!(outputs("x<<=\na\n=\n"), Ok(pairs(&[("x", "a")])));
    assert_eq!(outputs(""), Ok(Vec::new()));
    for wrong in ["nothing", "=value", "<<END\nx\nEND", "a<<END\nb", "a<<END"] {
        assert!(outputs(wrong).is_err_and(|error| error.contains("`GITHUB_OUTPUT`")), "{wrong}");
    }
    let said = read("GITHUB_PATH", b"/a\n\n/b\n").unwrap();
    assert_eq!(said.path, ["/a", "/b"]);
    assert!(
        read("GITHUB_STEP_SUMMARY", &vec![b'x'; (1 << 20) + 1])
            .is_err_and(|error| error.contains("more than 1 MiB"))
    );
}

#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Vec<u8>>>);

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn shown(secret: &str, log: &[u8]) -> String {
    let shown = Shown::default();
    let own = Mutex::new(Log::new(Box::new(shown.clone())));
    own.lock().unwrap().hide(secret);
    Log::follow(&own, log).unwrap();
    drop(own);
    let bytes = shown.0.lock().unwrap().clone();
    anstream::adapter::strip_str(&String::from_utf8(bytes).unwrap()).to_string()
}

#[test]
fn commands_are_done_or_shown_for_people() {
    let log = "plain\n  ::error file=a%2Cb.rs,line=3,title=bad::50%25%0Aoff\n::group::Console\n::endgroup::\n::debug::x\n\
        ::set-output name=a::b\n::nobody-knows::x\n::stop-commands::token\n::error::no\n::token::\n::notice::%3A yes\n:: error::x";
    assert_eq!(
        shown("", log.as_bytes()),
        "plain\nerror: a,b.rs:3: bad: 50%\noff\nConsole\n\
         warning: the command `set-output` does nothing: write into the runner's files instead\n\
         ::nobody-knows::x\n::error::no\nnotice: %3A yes\n:: error::x\n"
    );
}

#[test]
fn secrets_are_hidden_in_every_form_and_whatever_hides_them_last() {
    let log = "the hunter22 and aHVudGVyMjI=\n::add-mask::hunter22-longer\nhunter22-longer, x%\n::error::hunter22";
    assert_eq!(shown("hunter22", log.as_bytes()), "the *** and ***\n***, x%\nerror: ***\n");
    assert_eq!(shown("", b"::add-mask::\n\xff and ::add-mask::x"), "\u{fffd} and ::add-mask::x\n");
}

#[test]
fn a_line_without_an_end_is_shown_in_pieces_that_are_no_commands() {
    let long = format!("{}::error::x\n", "y".repeat(1 << 20));
    assert!(shown("", long.as_bytes()).ends_with("y\n::error::x\n"));
}

#[test]
fn a_step_finds_the_jobs_variables_and_none_of_another_runners() {
    let hosted = Hosted {
        repository: "octo/kernel".into(),
        reference: "refs/heads/a/b".into(),
        event: "push".into(),
        ..Hosted::default()
    };
    let (github, runner) = (hosted.github(), Hosted::runner("/t"));
    assert_eq!(
        (github["ref_name"].as_str(), github["repository_owner"].as_str()),
        (Some("a/b"), Some("octo"))
    );
    let mut command = Command::new("env");
    surround(&mut command, Some(&github), Some(&runner));
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    for line in [
        "GITHUB_ACTIONS=true",
        "GITHUB_REF_NAME=a/b",
        "GITHUB_EVENT_NAME=push",
        "RUNNER_TEMP=/t",
        "RUNNER_OS=Linux",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "no {line} in {printed}");
    }
    assert!(!printed.contains("GITHUB_TOKEN") && !printed.contains("GITHUB_EVENT="), "{printed}");
}

proptest! {
    #[test]
    fn what_we_set_as_an_output_is_what_is_read(value in "[ -~\\n]{0,40}") {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::create(folder.path()).unwrap();
        let vars = files.variables().map(|(name, path)| (name.to_owned(), path.to_string_lossy().into_owned()));
        let runner = Runner { vars: vars.collect() };
        Outputs::new(&runner, &[Output { name: "a", description: "" }]).set("a", &value).unwrap();
        prop_assert_eq!(files.read().unwrap().outputs, [("a".to_owned(), value)]);
    }

    #[test]
    fn no_bytes_in_a_file_or_a_log_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _any = read("GITHUB_OUTPUT", &bytes);
        shown("secret", &bytes);
    }

    #[test]
    fn what_a_runner_takes_for_a_mask_is_hidden(before in "[ \\t]{0,2}", word in "[a-z]{6,9}") {
        let log = format!("{before}::add-mask::{word}\n{word}\n");
        let masks = oracle::commands(log.as_bytes());
        prop_assert_eq!(masks[0].data.as_str(), word);
        prop_assert_eq!(shown("", log.as_bytes()), "***\n");
    }
}
