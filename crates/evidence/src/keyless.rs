//! Signatures without keys, by identities: their trust roots, certificates and logs are cosign's, so cosign is asked.

use std::io;
use std::process::Command;
use std::time::Duration;

use fetch::Digest;
use problem::Problem;
use supervise::{Said, converse};

use crate::LARGEST;
use crate::envelope::Envelope;
use crate::rejected::{Rejected, shown};
use crate::statement::Statement;

/// It asks services that may be slow.
const PATIENCE: Duration = Duration::from_secs(180);

/// Who has to have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Such as the URL of a workflow.
    pub identity: String,
    /// Who vouches for it, as a URL, such as that of the issuer of GitHub Actions.
    pub issuer: String,
}

/// What `by` said about `image` (a registry and repository) at `digest`: the statements of one type that cosign finds and
/// verifies. There are none where it says that none matches.
///
/// # Errors
/// The user's where cosign is not installed; otherwise it failed, or said what it should not.
pub fn verify_keyless(
    image: &str,
    digest: Digest,
    predicate_type: &str,
    by: &Identity,
) -> Result<Vec<Statement>, Problem> {
    ask("cosign", image, digest, predicate_type, by)
}

fn ask(
    program: &str,
    image: &str,
    digest: Digest,
    predicate_type: &str,
    by: &Identity,
) -> Result<Vec<Statement>, Problem> {
    let mut command = Command::new(program);
    command.arg("verify-attestation");
    command.arg(format!("--certificate-identity={}", by.identity));
    command.arg(format!("--certificate-oidc-issuer={}", by.issuer));
    command.arg(format!("--type={predicate_type}"));
    // What stands behind is no flag, whatever it begins with.
    command.arg("--").arg(format!("{image}@{digest}"));
    let Said { succeeded, out, err } = answer(&mut command)?;
    let said = String::from_utf8_lossy(&err);
    let said = said.lines().find_map(|line| line.strip_prefix("Error: ")).unwrap_or_default();
    if !succeeded && said.starts_with("no matching attestations") {
        return Ok(Vec::new());
    }
    let failed = |why: &str| {
        Problem::infrastructure(format!("cosign cannot say who signed `{image}@{digest}`: {why}"))
    };
    if !succeeded {
        return Err(failed(&shown(said)));
    }
    let lines = out.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let statement = |line| Envelope::parse(line)?.read_without_verifying(digest);
    let statements: Result<_, Rejected> = lines.map(statement).collect();
    statements.map_err(|why| failed(&why.to_string()))
}

fn answer(command: &mut Command) -> Result<Said, Problem> {
    command.env_remove("COSIGN_PASSWORD");
    converse(command, &[], LARGEST, PATIENCE).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::user(
            "signatures by an identity are verified by `cosign`, which is not installed",
        )
        .hint("install it in an earlier step, or name a public key"),
        _ => Problem::infrastructure(format!("cannot run `cosign`: {error}")),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::statement::Subject;
    use crate::test_result::{Configuration, Outcome, TEST_RESULT, TestResult};

    const STAND_IN: &str = r#"#!/bin/sh
cd "${0%/*}" || exit 9
printf '%s\n' "$@" > arguments
case "$2" in
*=good) cat envelope ;;
*=none) echo 'Error: no matching attestations: no such thing' >&2; exit 1 ;;
*) echo 'Error: the log does not answer' >&2; exit 1 ;;
esac
"#;

    fn by(identity: &str) -> Identity {
        Identity { identity: identity.into(), issuer: "https://issuer.example".into() }
    }

    #[test]
    fn cosign_is_asked_for_an_identity_and_its_answer_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("cosign");
        fs::write(&program, STAND_IN).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let digest = Digest::of(b"image");
        let result = TestResult::of_one("x", Outcome::Passed, Configuration::default(), None);
        let statement = Statement::of_test(Subject::new("image", digest), &result);
        let envelope = Envelope::unsigned(&statement).to_json();
        fs::write(folder.path().join("envelope"), envelope + "\n").unwrap();
        let program = program.to_str().unwrap();
        let ask = |identity| ask(program, "r/image", digest, TEST_RESULT, &by(identity));
        assert_eq!(ask("good"), Ok(vec![statement]));
        let arguments = fs::read_to_string(folder.path().join("arguments")).unwrap();
        let image = format!("r/image@{digest}");
        let type_ = format!("--type={TEST_RESULT}");
        assert_eq!(
            arguments.lines().collect::<Vec<_>>(),
            [
                "verify-attestation",
                "--certificate-identity=good",
                "--certificate-oidc-issuer=https://issuer.example",
                &type_,
                "--",
                &image
            ]
        );
        assert_eq!(ask("none"), Ok(vec![]));
        let problem = ask("other").unwrap_err();
        assert!(problem.message.ends_with("the log does not answer") && problem.exit_code() == 3);
    }

    #[test]
    fn without_cosign_there_is_a_next_step() {
        let problem = ask("/no/cosign", "r/i", Digest::of(b""), TEST_RESULT, &by("x")).unwrap_err();
        assert!(problem.message.contains("not installed") && problem.exit_code() == 2);
    }
}
