//! The way back, where somebody else wrote or took away its record.

use ::evidence::{Envelope, Statement, Subject, find};
use fetch::Digest;

use super::Case;
use super::evidence::with_signature;
use crate::world::Ran;

impl Case {
    /// Moves `stable` past the policy, as in an emergency, with a record by this key or by nobody's.
    fn stable(&self, of: Digest, key: Option<&str>) {
        let key = key.map(|name| self.world.path(&format!("{name}.key")));
        let key: Vec<&str> = key.iter().flat_map(|key| ["--signing-key", key]).collect();
        let ran = self
            .world
            .promote(&[&["--image", &self.image(of), "--to", "stable"], &key[..]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    fn back(&self) -> Ran {
        let (stable, key) = (self.world.name("os:stable"), self.world.path("ours.key"));
        self.world.promote(&["--image", &stable, "--rollback", "--signing-key", &key])
    }

    /// What the one record about an image says.
    fn record(&self, of: Digest) -> Statement {
        let all = find(&self.world.repository("os"), of).unwrap();
        let read = all.iter().filter_map(|it| it.read_without_verifying(of).ok());
        let is_record = |it: &Statement| it.predicate_type == promotion::PREDICATE_TYPE;
        let [record] = read.filter(is_record).collect::<Vec<_>>().try_into().unwrap();
        record
    }

    /// The record about an image that says that its tag had something else before, and a later time.
    fn edited(&self, of: Digest, before: Digest) -> Statement {
        let mut statement = self.record(of);
        statement.predicate["moves"][0]["from"] = before.to_string().into();
        statement.predicate["at"] = "2999-12-31T00:00:00Z".into();
        statement
    }
}

#[test]
fn an_edited_record_leads_nowhere() {
    let case = Case::new();
    case.stable(case.good, Some("ours"));
    let newer = case.world.push("os:next", "newer", &[]);
    case.stable(newer, None);
    let (genuine, forged) = (case.record(newer), case.edited(newer, case.old));
    let [ours, theirs] = ["ours", "theirs"].map(|key| case.world.key(key));
    let unsigned = Envelope::unsigned(&forged);
    let moved = with_signature(&unsigned, &Envelope::sign(&genuine, &ours));
    for envelope in [&unsigned, &Envelope::sign(&forged, &theirs), &moved] {
        case.attach_envelope(newer, envelope);
    }
    let before = case.tags();
    case.is_refused(&case.back(), 2, "no record says how", &before);
    case.attach_envelope(newer, &Envelope::sign(&genuine, &ours));
    let ran = case.back();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(case.tags()["stable"], Some(case.good), "{ran:?}");
}

#[test]
fn no_way_back_leads_to_what_was_never_promoted() {
    let case = Case::new();
    let evil = case.world.push("os:stable", "evil", &[]);
    let newer = case.world.push("os:next", "newer", &[]);
    case.stable(newer, Some("ours"));
    assert_eq!(case.record(newer).predicate["moves"][0]["from"], evil.to_string());
    let why = format!("no record says how `{}` came to `{evil}`", case.world.name("os:stable"));
    case.is_refused(&case.back(), 2, &why, &case.tags());
    // By a record with another key it was not promoted either.
    let mut forged = case.edited(newer, case.old);
    forged.subjects = vec![Subject::new(case.world.name("os"), evil)];
    forged.predicate["moves"][0]["to"] = evil.to_string().into();
    case.attach_envelope(evil, &Envelope::sign(&forged, &case.world.key("theirs")));
    case.is_refused(&case.back(), 2, &why, &case.tags());
    case.attach_envelope(evil, &Envelope::sign(&forged, &case.world.key("ours")));
    assert_eq!(case.back().code, Some(0));
}
