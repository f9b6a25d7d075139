//! The record of a promotion, beside the image that moved.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use evidence::{Attached, Envelope, PublicKey, SigningKey, Statement, attach, find};
use fetch::Digest;
use problem::Problem;
use promotion::{Move, Plan, Record, Signer, Target};

use crate::carry::Source;
use crate::registries::Registries;

/// Attaches a record to each image that it is about, where it moved to, and gives what holds it.
pub(crate) fn keep(
    registries: &Registries,
    record: &Record,
    sources: &[Source],
    key: Option<&SigningKey>,
) -> Result<Vec<Digest>, Problem> {
    if record.moves.is_empty() {
        return Ok(Vec::new());
    }
    let statement = record.to_statement()?.to_string();
    let mut kept: Vec<(&str, Digest)> = Vec::new();
    for Source { manifest, .. } in sources {
        let about = manifest.digest;
        let moved = record.moves.iter().filter(|step| step.to == about);
        let places: BTreeSet<&str> = moved.map(|step| step.target.image.as_str()).collect();
        // All its tags may have been there, and recorded.
        if places.is_empty() {
            continue;
        }
        let statement = Statement::parse(statement.as_bytes(), about)
            .map_err(|why| Problem::infrastructure(format!("the record is wrong: {why}")))?;
        let envelope = match key {
            Some(key) => Envelope::sign(&statement, key),
            None => Envelope::unsigned(&statement),
        };
        for image in places {
            let repository = registries.get(image)?;
            match attach(&repository, &manifest.descriptor(), &envelope) {
                Ok(holder) => kept.push((image, holder)),
                Err(why) => return Err(withdraw(registries, &kept, why)),
            }
        }
    }
    let mut holders: Vec<Digest> = kept.into_iter().map(|(_, holder)| holder).collect();
    holders.dedup();
    Ok(holders)
}

/// Takes back records of what is about to be put back.
fn withdraw(registries: &Registries, kept: &[(&str, Digest)], why: Problem) -> Problem {
    let mut message = why.message;
    for (image, holder) in kept {
        let gone = registries.get(image).and_then(|it| it.delete_manifest(*holder));
        if gone.is_err() {
            message += &format!("; and the record `{image}@{holder}` stays, and is wrong");
        }
    }
    Problem { message, ..why }
}

/// The tags of a plan that are there already and of which no record says how they came there, on a way back from where it
/// leads: a run was killed between its last move and its record.
pub(crate) fn unrecorded(registries: &Registries, plan: &Plan) -> Result<Vec<Move>, Problem> {
    let mut left = Vec::new();
    for step in &plan.unchanged {
        let records = records(registries, &step.target.image, step.to, None)?;
        let tells = |record: &Record| {
            let is_it = |it: &Move| it.target == step.target && it.to == step.to;
            let from = step.from.filter(|from| *from != step.to);
            record.moves.iter().any(|it| is_it(it) && (from.is_none() || it.from == from))
        };
        if !records.iter().any(tells) {
            left.push(step.clone());
        }
    }
    Ok(left)
}

/// The newest record of how a tag came to what it has; with a key, only what was signed with it counts.
pub(crate) fn last(
    registries: &Registries,
    tag: &Target,
    has: Digest,
    key: Option<&PublicKey>,
) -> Result<Record, Problem> {
    let mut records = records(registries, &tag.image, has, key)?;
    records.retain(|record| record.moves.iter().any(|it| it.target == *tag && it.to == has));
    let newest = records.into_iter().max_by_key(|record| record.at);
    newest.ok_or_else(|| {
        Problem::user(format!("no record says how `{tag}` came to `{has}`"))
            .hint("name the digest to go back to, and promote it")
    })
}

/// A record of how a tag came to what it has.
pub(crate) struct Vouched {
    pub(crate) record: Record,
    /// Whose key vouches for it.
    pub(crate) signer: Option<Signer>,
}

/// All that is known of how a tag came to what it has: first what one of `keys` vouches for, each the newest first.
pub(crate) fn history(
    registries: &Registries,
    tag: &Target,
    has: Digest,
    keys: &[(Signer, PublicKey)],
) -> Result<Vec<Vouched>, Problem> {
    let read = |attached: &Attached| {
        let verified = |(signer, key): &(Signer, PublicKey)| {
            let statement = attached.verify(std::slice::from_ref(key), has).ok()?;
            Some((statement, Some(signer.clone())))
        };
        let plain = || Some((attached.read_without_verifying(has).ok()?, None));
        let (statement, signer) = keys.iter().find_map(verified).or_else(plain)?;
        let record = Record::from_statement(statement.to_json().as_bytes()).ok()?;
        let tells = record.moves.iter().any(|it| it.target == *tag && it.to == has);
        tells.then_some(Vouched { record, signer })
    };
    let attached = find(&*registries.get(&tag.image)?, has)?;
    let mut found: Vec<Vouched> = attached.iter().filter_map(read).collect();
    found.sort_by_key(|it| (it.signer.is_none(), Reverse(it.record.at)));
    Ok(found)
}

fn records(
    registries: &Registries,
    image: &str,
    digest: Digest,
    key: Option<&PublicKey>,
) -> Result<Vec<Record>, Problem> {
    let read = |attached: &Attached| {
        let statement = match key {
            Some(key) => attached.verify(std::slice::from_ref(key), digest),
            None => attached.read_without_verifying(digest),
        };
        Record::from_statement(statement.ok()?.to_json().as_bytes()).ok()
    };
    Ok(find(&*registries.get(image)?, digest)?.iter().filter_map(read).collect())
}
