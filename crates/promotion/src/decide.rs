//! From what is asked and what is known to a plan, or to all reasons against it.

use chrono::{DateTime, Utc};

use crate::asked::{Asked, Facts};
use crate::evidence::{Evidence, Signature};
use crate::plan::{Move, Note, Plan, Target, Waived};
use crate::proof::Results;
use crate::reason::{Reason, Refusal, Refused};
use crate::record::Used;

/// What to do with these images, all of them or none.
///
/// A result counts if it was signed by one who may, and of those that count the newest. What is where it shall be does not
/// move, but its proof is looked at all the same.
///
/// # Errors
/// Every reason why nothing may move.
pub fn decide(images: &[(Asked, Facts)], now: DateTime<Utc>) -> Result<Plan, Refused> {
    let mut plan = Plan::default();
    let mut refused = Refused { reasons: Vec::new() };
    let mut floating = Vec::new();
    for (asked, facts) in images {
        let mut one = One { asked, facts, plan: &mut plan, reasons: Vec::new() };
        one.results(now, has_proof(images, asked));
        one.tags(&mut floating);
        one.origin();
        let image = || asked.image.clone();
        for reason in one.reasons {
            let refusal = Refusal { image: image(), reason };
            if !refused.reasons.contains(&refusal) {
                refused.reasons.push(refusal);
            }
        }
    }
    plan.moves.extend(floating);
    if refused.reasons.is_empty() { Ok(plan) } else { Err(refused) }
}

/// Whether something is asked about an image, by any of the channels through which it goes.
fn has_proof(images: &[(Asked, Facts)], of: &Asked) -> bool {
    images.iter().any(|(asked, _)| asked.image == of.image && !asked.required().is_empty())
}

/// One image on its way into the plan.
struct One<'a> {
    asked: &'a Asked,
    facts: &'a Facts,
    plan: &'a mut Plan,
    reasons: Vec<Reason>,
}

impl One<'_> {
    fn has(&self, target: &Target) -> Option<fetch::Digest> {
        self.facts.tags.get(target).copied()
    }

    fn results(&mut self, now: DateTime<Utc>, has_proof: bool) {
        let image = || self.asked.image.clone();
        let required = self.asked.required();
        if required.is_empty() {
            let none = (!has_proof).then(|| Note::NoProofAsked { image: image() });
            return self.plan.notes.extend(none);
        }
        if self.asked.signed_by.is_empty() {
            self.note(Note::NobodyHasToSign { image: image() });
        }
        let results = Results::new(self.asked, self.facts, now);
        for result in &required {
            match results.of(result) {
                Ok(proof) => self.proven(result, &proof, now),
                Err(reasons) => self.unproven(result, reasons, now),
            }
        }
        let waived = self.asked.waivers.iter().filter(|waiver| waiver.holds(now));
        let waived = waived.map(|waiver| &waiver.result);
        let is_test = |name: &&String| !self.asked.gates.contains(name);
        // Where only gates are asked, nobody asks for tests of each part.
        if required.iter().any(is_test) {
            let named = required.into_iter().chain(waived).filter(is_test);
            let named: Vec<&str> = named.map(String::as_str).collect();
            self.reasons.extend(results.untested(&named));
        }
    }

    /// Channels of one way may say the same.
    fn note(&mut self, note: Note) {
        if !self.plan.notes.contains(&note) {
            self.plan.notes.push(note);
        }
    }

    fn proven(&mut self, result: &str, proof: &[&Evidence], now: DateTime<Utc>) {
        for used in proof.iter().map(|evidence| used(evidence)) {
            if !self.plan.proof.contains(&used) {
                self.plan.proof.push(used);
            }
        }
        for waiver in self.asked.waivers.iter().filter(|waiver| waiver.result == result) {
            let note = if waiver.holds(now) { Note::NotNeeded } else { Note::Expired };
            self.plan.notes.push(note(waiver.clone()));
        }
    }

    fn unproven(&mut self, result: &str, reasons: Vec<Reason>, now: DateTime<Utc>) {
        let waivers = self.asked.waivers.iter().filter(|waiver| waiver.result == result);
        let (holding, expired): (Vec<_>, Vec<_>) = waivers.partition(|waiver| waiver.holds(now));
        if let Some(waiver) = holding.first() {
            let instead = reasons.iter().map(Reason::to_string).collect();
            return self.plan.waived.push(Waived { waiver: (*waiver).clone(), instead });
        }
        let is_gate = self.asked.gates.iter().any(|gate| gate == result);
        let closed = |why| Reason::GateClosed {
            gate: result.to_owned(),
            image: format!("{}@{}", self.asked.image, self.asked.digest),
            why: Box::new(why),
        };
        let reasons = reasons.into_iter();
        self.reasons.extend(reasons.map(|why| if is_gate { closed(why) } else { why }));
        self.reasons.extend(expired.into_iter().cloned().map(Reason::WaiverExpired));
    }

    fn tags(&mut self, floating: &mut Vec<Move>) {
        let to = self.asked.digest;
        let mut moves_any = false;
        for (target, expected) in &self.asked.targets {
            let from = self.has(target);
            let step = Move { target: target.clone(), from, to };
            if from == Some(to) {
                self.plan.unchanged.push(step);
                continue;
            }
            moves_any = true;
            let tag = target.clone();
            let is_fixed = self.asked.immutable.holds(&target.tag);
            if let Some(found) = from.filter(|_| is_fixed) {
                self.reasons.push(Reason::NeverMoves { tag: tag.clone(), found });
            }
            if let Some(expected) = expected.filter(|expected| !expected.is(from)) {
                self.reasons.push(Reason::NotExpected { tag, expected, found: from });
            }
            let moves = if is_fixed { &mut self.plan.moves } else { &mut *floating };
            moves.push(step);
        }
        if moves_any {
            self.source();
        }
    }

    /// Where nothing moves, the source may have gone on.
    fn source(&mut self) {
        let Some(tag) = &self.asked.from else { return };
        let found = self.has(tag);
        if found != Some(self.asked.digest) {
            let tested = self.asked.digest;
            self.reasons.push(Reason::SourceMoved { tag: tag.clone(), tested, found });
        }
    }

    /// What the image says of itself is in its digest; a tag is only what somebody pushed.
    fn origin(&mut self) {
        let Some((commit, tag)) = &self.asked.commit else { return };
        let (commit, tag) = (commit.clone(), tag.clone());
        let is_other = |found: &&String| !found.eq_ignore_ascii_case(&commit);
        let found = self.has(&tag);
        if let Some(found) = self.facts.revisions.iter().find(is_other) {
            self.reasons.push(Reason::OfAnotherCommit { commit, found: found.clone() });
        } else if self.facts.revisions.is_empty() && found != Some(self.asked.digest) {
            self.reasons.push(Reason::NotOfCommit { commit, tag, found });
        }
    }
}

fn used(evidence: &Evidence) -> Used {
    let signed_by = match &evidence.signature {
        Signature::By(signer) => Some(signer.to_string()),
        _ => None,
    };
    Used {
        result: evidence.result.clone(),
        digest: evidence.digest,
        about: evidence.subject,
        signed_by,
    }
}
