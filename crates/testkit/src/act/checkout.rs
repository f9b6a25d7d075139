//! `actions/checkout` for act, which has no network: the commit out of the repository beside it, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use super::files;

/// What the action is called, before its `@` and the commit.
const NAME: &str = "actions/checkout@";

/// Takes the ref that is named, or else the commit that the run is about. What it leaves out a runner has no need of here.
const ACTION: &str = "\
name: checkout
inputs:
  ref: { description: What is checked out, default: '' }
  path: { description: Where to, default: . }
  persist-credentials: { description: Ignored, default: '' }
runs:
  using: composite
  steps:
    - shell: bash
      env:
        WANTED: ${{ inputs.ref || github.sha }}
        TO: ${{ inputs.path }}
      run: |
        git init --quiet \"$TO\"
        git -C \"$TO\" fetch --quiet --depth 1 'REPOSITORY' \"$WANTED\"
        git -C \"$TO\" checkout --quiet --force --detach FETCH_HEAD
";

/// Writes it to `folder`, for this repository.
pub(crate) fn write(folder: &Path, repository: &Path) {
    let action = ACTION.replace("REPOSITORY", &format!("file://{}", repository.display()));
    files::write(&folder.join("action.yml"), action);
}

/// By which names the workflows in a folder use it, such as `actions/checkout@v6`.
pub(crate) fn names(workflows: &Path) -> BTreeSet<String> {
    let texts = files::list(workflows).into_iter().map(|path| files::read(&path));
    let names = |text: String| {
        let after = text.split(NAME).skip(1).map(|rest| rest.split_whitespace().next());
        after.flatten().map(|commit| format!("{NAME}{commit}")).collect::<Vec<_>>()
    };
    texts.flat_map(names).collect()
}
