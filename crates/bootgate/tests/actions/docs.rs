//! What the pages show to be copied into workflows, and what they say of the actions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::act::{Release, tool};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace")
}

/// The files in a folder, and the folders.
fn list(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder").flatten();
    entries.map(|entry| entry.path()).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The front pages, those of `docs`, and that of each action.
fn pages() -> Vec<PathBuf> {
    let docs =
        list("docs").into_iter().filter(|path| path.extension().is_some_and(|end| end == "md"));
    let actions = list("actions").into_iter().map(|action| action.join("README.md"));
    let front = ["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root().join(name));
    docs.chain(actions).chain(front).collect()
}

/// The workflows of a page; steps that stand alone are given the rest.
fn workflows(page: &str) -> Vec<String> {
    let fenced = page.split("```yaml\n").skip(1);
    let examples = fenced.map(|rest| rest.split("```").next().unwrap_or_default());
    let whole = |example: &str| match example.starts_with("- ") {
        true => {
            let steps = example.lines().map(|line| format!("      {line}\n"));
            "on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n".to_owned()
                + &steps.collect::<String>()
        }
        false => example.to_owned(),
    };
    examples.map(whole).filter(|workflow| workflow.contains("\njobs:")).collect()
}

/// What actionlint says of a workflow in the repository of the actions, where it knows what each of them takes.
fn complaints(workflow: &str) -> String {
    let release = Release::without_program();
    fs::create_dir(release.path().join(".git")).expect("what it takes for a repository");
    let local = |line: &str| match line.split_once("uses: OWNER/bootgate/") {
        Some((before, ours)) => format!("{before}uses: ./{}\n", ours.replace("@v1", "")),
        None => format!("{line}\n"),
    };
    let workflow: String = workflow.lines().map(local).collect();
    release.write(".github/workflows/page.yml", &workflow);
    let mut lint = Command::new(tool("actionlint"));
    // Older names of inputs are deprecated, and still taken.
    lint.args(["-shellcheck=", "-ignore", "avoid using deprecated input"]);
    let lint = lint.arg(".github/workflows/page.yml").current_dir(release.path()).output();
    String::from_utf8(lint.expect("actionlint starts").stdout).expect("text")
}

#[test]
fn every_workflow_of_the_pages_passes_actionlint_with_the_inputs_that_there_are() {
    let mut count = 0;
    for page in pages() {
        for workflow in workflows(&read(&page)) {
            assert_eq!(complaints(&workflow), "", "{}: {workflow}", page.display());
            count += 1;
        }
    }
    assert!(count >= 15, "only {count} workflows");
}

#[test]
fn an_input_that_nothing_of_ours_has_is_found() {
    let page = "```yaml\n- uses: OWNER/bootgate/actions/run-vm-test@v1\n  with: { spce: x }\n```";
    assert!(complaints(&workflows(page)[0]).contains("input \"spce\" is not defined"));
    let page = "```yaml\non: push\njobs:\n  next:\n    uses: OWNER/bootgate/.github/workflows/build-next.yml@v1\n    \
                with: { image: x, chanel: y }\n```";
    assert!(complaints(&workflows(page)[0]).contains("input \"chanel\" is not defined"));
}

#[test]
fn the_front_page_names_every_action_and_shows_its_pictures() {
    let page = read(&root().join("README.md"));
    let rows = page.lines().filter_map(|line| line.strip_prefix("| [")?.split_once("](actions/"));
    let named: BTreeSet<String> = rows.map(|(name, _)| name.to_owned()).collect();
    let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!(named, list("actions").iter().map(name).collect());
    for name in list("docs/pictures").iter().map(name) {
        assert!(page.contains(&format!("(docs/pictures/{name})")), "{name}");
    }
}

/// The addresses of a page's links to the checkout's own files, without fragments.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets
        .map(|link| link.split('#').next().unwrap_or_default())
        .filter(|link| !link.contains("://"))
}

#[test]
fn every_link_of_the_pages_leads_somewhere() {
    for page in pages() {
        let folder = page.parent().expect("a folder");
        for link in links(&read(&page)) {
            assert!(folder.join(link).exists(), "{} links to `{link}`", page.display());
        }
    }
}
