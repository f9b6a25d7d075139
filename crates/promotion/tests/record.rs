//! What a promotion leaves behind, and the way back.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::collections::BTreeMap;

use chrono::DateTime;
use fetch::Digest;
use promotion::{Move, PREDICATE_TYPE, Plan, Record, Target, Used};
use proptest::prelude::*;

fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

fn step(tag: &str, from: Option<&str>) -> Move {
    let target = Target { image: "ghcr.io/me/os".into(), tag: tag.into() };
    Move { target, from: from.map(digest), to: digest("new") }
}

fn record(moves: Vec<Move>) -> Record {
    let proof = vec![Used {
        result: "smoke/x86_64".into(),
        digest: digest("evidence"),
        about: digest("new"),
        signed_by: Some("keys/ci.pub".into()),
    }];
    let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    Record::of(&Plan { moves, proof, ..Plan::default() }, "@alice", at, None)
}

fn tags(has: &[(&str, &str)]) -> BTreeMap<Target, Digest> {
    has.iter().map(|(tag, of)| (step(tag, None).target, digest(of))).collect()
}

#[test]
fn a_record_is_read_as_it_is_written() {
    let record = record(vec![step("v1.2.3", None), step("stable", Some("old"))]);
    let statement = record.to_statement().unwrap();
    assert_eq!(
        statement["subject"],
        serde_json::json!([{ "name": "ghcr.io/me/os", "digest": { "sha256": digest("new").hex() } }])
    );
    assert_eq!(statement["predicateType"], PREDICATE_TYPE);
    assert_eq!(statement["predicate"]["moves"][1]["tag"], "stable");
    assert_eq!(statement["predicate"]["at"], "2027-01-15T08:00:00Z");
    assert_eq!(Record::from_statement(statement.to_string().as_bytes()), Ok(record));
}

#[test]
fn a_record_about_another_image_is_refused() {
    let mut statement = record(vec![step("stable", Some("old"))]).to_statement().unwrap();
    statement["predicate"]["moves"][0]["to"] = digest("other").to_string().into();
    let problem = Record::from_statement(statement.to_string().as_bytes()).unwrap_err();
    assert_eq!(
        problem.message,
        "the record of a promotion is about other images than those that it says moved"
    );
    statement["predicateType"] = "https://in-toto.io/attestation/test-result/v0.1".into();
    assert!(Record::from_statement(statement.to_string().as_bytes()).is_err());
}

#[test]
fn the_way_back_is_to_what_each_tag_had() {
    let record = record(vec![step("v1.2.3", None), step("stable", Some("old"))]);
    let plan = record.rollback(&tags(&[("stable", "new"), ("v1.2.3", "new")])).unwrap();
    let expected = Move { from: Some(digest("new")), to: digest("old"), ..step("stable", None) };
    assert_eq!(plan.moves, [expected]);
    assert_eq!(
        plan.notes[0].to_string(),
        "`ghcr.io/me/os:v1.2.3` stays: nothing is known that it had before"
    );
    let again = record.rollback(&tags(&[("stable", "old")])).unwrap();
    assert_eq!((again.moves.len(), &again.unchanged), (0, &plan.moves));
}

#[test]
fn there_is_no_way_back_from_where_nobody_has_been() {
    let only = |moves| record(moves).rollback(&tags(&[("stable", "newer")])).unwrap_err().reasons;
    let moved = only(vec![step("stable", Some("old"))]);
    let expected = format!(
        "ghcr.io/me/os: `ghcr.io/me/os:stable` has `{}`, not `{}` as its record says",
        digest("newer"),
        digest("new")
    );
    assert_eq!(moved[0].to_string(), expected);
    // One that had the same before was found there after a run that was killed.
    for from in [None, Some("new")] {
        assert_eq!(
            only(vec![step("stable", from)])[0].to_string(),
            "ghcr.io/me/os: nothing is known that the tags of this promotion had before"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_record_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..900) {
        let _ = Record::from_statement(&bytes);
        let whole = record(vec![step("stable", Some("old"))]).to_statement().unwrap().to_string();
        let cut = cut.min(whole.len() - 1);
        prop_assert!(Record::from_statement(&whole.as_bytes()[..cut]).is_err());
    }
}
