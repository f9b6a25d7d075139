//! The results that are there, with who vouches for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::DateTime;
use evidence::{
    Attached, Identity, LEFT, PublicKey, Rejected, Statement, TEST_RESULT, find, verify_keyless,
};
use fetch::Digest;
use problem::Problem;
use promotion::{Evidence, Outcome, Signature, Signer};
use registry::Repository;

use crate::rules::Rules;

/// The word for what is attached to the image.
const REFERRERS: &str = "referrers";

/// No file of evidence is larger, in bytes.
const LARGEST: u64 = 16 << 20;

/// Where results may be, and whose word counts.
pub(crate) struct Proof {
    is_attached: bool,
    files: Vec<Attached>,
    keys: BTreeMap<Signer, PublicKey>,
    identities: BTreeMap<Signer, Identity>,
}

impl Proof {
    pub(crate) fn new(places: &[String], rules: &Rules) -> Result<Proof, Problem> {
        let paths = places.iter().filter(|place| *place != REFERRERS).map(Path::new);
        let files = paths.map(|path| read(&result_in(path)?)).collect::<Result<_, _>>()?;
        let mut keys = BTreeMap::new();
        for rules in rules.all() {
            keys.extend(rules.keys()?);
        }
        Ok(Proof {
            // Where a policy decides, no input hides what is attached.
            is_attached: rules.has_policy() || places.iter().any(|place| place == REFERRERS),
            files,
            keys,
            identities: rules.all().flat_map(Rules::identities).collect(),
        })
    }

    /// All results about these digests of an image, and those in files, whatever they are about.
    pub(crate) fn of(
        &self,
        image: &str,
        repository: &Repository,
        digests: &[Digest],
    ) -> Result<Vec<Evidence>, Problem> {
        let mut found: Vec<Evidence> =
            self.files.iter().flat_map(|file| self.weigh(file, digests)).collect();
        for digest in digests {
            if self.is_attached {
                let attached = find(repository, *digest)?;
                found.extend(attached.iter().flat_map(|it| self.weigh(it, &[*digest])));
            }
            for (signer, identity) in &self.identities {
                let statements = verify_keyless(image, *digest, TEST_RESULT, identity)?;
                let by = Signature::By(signer.clone());
                let weigh = |statement: &Statement| {
                    results(statement, Digest::of(statement.to_json().as_bytes()), *digest, &by)
                };
                found.extend(statements.iter().flat_map(weigh));
            }
        }
        Ok(found)
    }

    /// What it says, and on whose word; nothing if it says nothing of a test.
    fn weigh(&self, attached: &Attached, digests: &[Digest]) -> Vec<Evidence> {
        let subjects = attached.subjects_without_verifying();
        let about = digests.iter().find(|digest| subjects.contains(digest)).or(subjects.first());
        let Some(about) = about.copied() else { return Vec::new() };
        // Two channels may have one key by two names.
        let verified = self.keys.iter().filter_map(|(signer, key)| {
            let statement = attached.verify(std::slice::from_ref(key), about).ok()?;
            Some((statement, Signature::By(signer.clone())))
        });
        let mut found: Vec<_> = verified.collect();
        if found.is_empty() {
            let statement = attached.read_without_verifying(about).ok();
            found.extend(statement.map(|it| (it, self.rejected(attached, about))));
        }
        let results = |(statement, signature): &(Statement, Signature)| {
            results(statement, attached.holder, about, signature)
        };
        found.iter().flat_map(results).collect()
    }

    fn rejected(&self, attached: &Attached, about: Digest) -> Signature {
        let keys: Vec<PublicKey> = self.keys.values().cloned().collect();
        match attached.verify(&keys, about) {
            Err(Rejected::Unsigned) => Signature::Unsigned,
            Err(Rejected::OtherKey) => Signature::ByAnother,
            Err(why) => Signature::Broken(why.to_string()),
            // It would have been verified by one of them.
            Ok(_) => Signature::ByAnother,
        }
    }
}

/// One for each test that a statement names.
fn results(
    statement: &Statement,
    holder: Digest,
    about: Digest,
    signature: &Signature,
) -> Vec<Evidence> {
    let Ok(Some(result)) = statement.test_result() else { return Vec::new() };
    let facts = result.facts();
    let is_answer = facts.is_some_and(|facts| facts.because.is_some());
    let at = facts.and_then(|facts| facts.finished_on.as_deref());
    let at = at.and_then(|at| DateTime::parse_from_rfc3339(at).ok()).map(|at| at.to_utc());
    let lists = [
        (&result.passed_tests, Outcome::Passed),
        (&result.warned_tests, Outcome::Warned),
        (&result.failed_tests, Outcome::Failed),
    ];
    let named = lists
        .into_iter()
        .flat_map(|(names, outcome)| names.iter().map(move |name| (name.clone(), outcome)));
    let evidence = |(result, outcome)| Evidence {
        digest: holder,
        subject: about,
        result,
        outcome,
        is_answer,
        at,
        signature: signature.clone(),
    };
    named.map(evidence).collect()
}

/// The file itself, or what a folder of evidence has.
fn result_in(path: &Path) -> Result<PathBuf, Problem> {
    if !path.is_dir() {
        return Ok(path.into());
    }
    LEFT.iter().map(|name| path.join(name)).find(|file| file.is_file()).ok_or_else(|| {
        Problem::user(format!("no result of a test is in `{}`", path.display()))
            .hint("give `run-vm-test` the image as its `subject`, and its evidence-path here")
    })
}

fn read(path: &Path) -> Result<Attached, Problem> {
    let size = fs::metadata(path).map_err(Problem::path("read", path))?.len();
    if size > LARGEST {
        return Err(Problem::user(format!("`{}` is too large for a result", path.display())));
    }
    fs::read(path).map(|bytes| Attached::of_file(&bytes)).map_err(Problem::path("read", path))
}
