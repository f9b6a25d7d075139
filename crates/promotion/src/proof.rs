//! Whether the results are there that are required.

use chrono::{DateTime, TimeDelta, Utc};
use fetch::Digest;

use crate::asked::{Asked, Facts, Platform};
use crate::evidence::{Evidence, Outcome, Signature};
use crate::reason::{Part, Reason};

/// The results about one image and its parts.
pub(crate) struct Results<'a> {
    asked: &'a Asked,
    evidence: &'a [Evidence],
    platforms: Vec<&'a Platform>,
    /// No clock that is right has come to this.
    latest: DateTime<Utc>,
}

/// How far the clocks of two machines may be apart.
const APART: TimeDelta = TimeDelta::hours(1);

impl<'a> Results<'a> {
    pub(crate) fn new(asked: &'a Asked, facts: &'a Facts, now: DateTime<Utc>) -> Results<'a> {
        let platforms = facts.platforms.iter().filter(|platform| platform.is_image()).collect();
        Results { asked, evidence: &facts.evidence, platforms, latest: now + APART }
    }

    /// What proves a required result, or why nothing does. An index proves it as a whole, or with each part that it concerns.
    pub(crate) fn of(&self, result: &str) -> Result<Vec<&'a Evidence>, Vec<Reason>> {
        let concerned = self.concerned(result);
        if concerned.is_empty() {
            return self.newest(result, &[self.asked.digest], self.whole()).map(|it| vec![it]);
        }
        let mut proof = Vec::new();
        let mut reasons = Vec::new();
        for platform in concerned {
            match self.of_part(result, platform) {
                Ok(evidence) => proof.push(evidence),
                Err(why) => reasons.extend(why),
            }
        }
        reasons.dedup();
        proof.dedup();
        if reasons.is_empty() { Ok(proof) } else { Err(reasons) }
    }

    /// The parts of an index that none of these results concerns, and about which no other says that they passed. Who opened
    /// a gate has not tested each part.
    pub(crate) fn untested(&self, results: &[&str]) -> Vec<Reason> {
        let concerns =
            |result: &str, platform: &Platform| self.concerned(result).contains(&platform);
        let is_tested = |platform: &Platform| {
            results.iter().any(|result| concerns(result, platform))
                || self.evidence.iter().map(|evidence| &evidence.result).any(|result| {
                    !self.asked.gates.contains(result)
                        && concerns(result, platform)
                        && self.of_part(result, platform).is_ok()
                })
        };
        let untested = self.platforms.iter().filter(|platform| !is_tested(platform));
        untested.map(|platform| Reason::Untested(part(platform))).collect()
    }

    /// Where two parts have one architecture, a result about the whole does not say for which of them it is.
    fn of_part(&self, result: &str, platform: &Platform) -> Result<&'a Evidence, Vec<Reason>> {
        let is_clear = arch(result, &self.platforms).is_none() || self.concerned(result).len() == 1;
        let whole = is_clear.then_some(self.asked.digest);
        let about: Vec<Digest> = whole.into_iter().chain([platform.digest]).collect();
        self.newest(result, &about, part(platform))
    }

    fn whole(&self) -> Part {
        Part { digest: self.asked.digest, platform: None }
    }

    /// The parts of the index that a result is about: those of the architecture in which its name ends, or all.
    fn concerned(&self, result: &str) -> Vec<&'a Platform> {
        let arch = arch(result, &self.platforms);
        let fits = |platform: &&&Platform| {
            arch.as_ref().is_none_or(|arch| *arch == platform.runs_on.architecture)
        };
        self.platforms.iter().filter(fits).copied().collect()
    }

    /// The newest sound result about one of these, if it is that it passed.
    fn newest(
        &self,
        result: &str,
        about: &[Digest],
        of: Part,
    ) -> Result<&'a Evidence, Vec<Reason>> {
        let named = || self.evidence.iter().filter(|evidence| evidence.result == result);
        let found: Vec<&Evidence> =
            named().filter(|evidence| about.contains(&evidence.subject)).collect();
        let (sound, unsound): (Vec<&Evidence>, Vec<&Evidence>) =
            found.into_iter().partition(|evidence| self.against(evidence).is_none());
        let passed = |evidence: &&&Evidence| evidence.outcome == Outcome::Passed;
        let best = sound.iter().filter(passed).max_by_key(|evidence| evidence.at);
        // What has no time may be newer than anything.
        let not_older = |evidence: &&&Evidence| {
            !passed(evidence)
                && best.is_none_or(|best| evidence.at.is_none() || evidence.at >= best.at)
        };
        if let Some(bad) = sound.iter().filter(not_older).max_by_key(|evidence| evidence.at) {
            return Err(vec![not_passed(bad)]);
        }
        if let Some(best) = best {
            return Ok(best);
        }
        if !unsound.is_empty() {
            return Err(unsound.into_iter().filter_map(|it| self.against(it)).collect());
        }
        let known = |digest| {
            digest == self.asked.digest || self.platforms.iter().any(|it| it.digest == digest)
        };
        let result = result.to_owned();
        Err(vec![match named().find(|evidence| !known(evidence.subject)) {
            Some(other) => Reason::ForAnother { result, of, found: other.subject },
            None => Reason::Missing { result, of },
        }])
    }

    /// Why a result does not count. Where nobody has to sign, another's signature is as good as none; a broken one never is.
    fn against(&self, evidence: &Evidence) -> Option<Reason> {
        let (result, digest) = (evidence.result.clone(), evidence.digest);
        let signers = &self.asked.signed_by;
        match &evidence.signature {
            Signature::Broken(why) => {
                return Some(Reason::Broken { result, evidence: digest, why: why.clone() });
            }
            Signature::By(signer) if signers.contains(signer) => {}
            _ if signers.is_empty() => {}
            Signature::Unsigned => return Some(Reason::Unsigned { result, evidence: digest }),
            _ => return Some(Reason::SignedByAnother { result, evidence: digest }),
        }
        if self.asked.gates.contains(&result) && !evidence.is_answer {
            return Some(Reason::OfATest { result, evidence: digest });
        }
        // It would be the newest until then, whatever comes; a failure has to be believed.
        let at = evidence.at.filter(|at| *at > self.latest);
        let at = at.filter(|_| evidence.outcome == Outcome::Passed)?;
        Some(Reason::FromTheFuture { result, evidence: digest, at })
    }
}

fn part(platform: &Platform) -> Part {
    Part { digest: platform.digest, platform: Some(platform.name()) }
}

fn not_passed(evidence: &Evidence) -> Reason {
    Reason::NotPassed {
        result: evidence.result.clone(),
        outcome: evidence.outcome,
        evidence: evidence.digest,
    }
}

/// The architecture in which a result's name ends, by the name that images have for it.
fn arch(result: &str, platforms: &[&Platform]) -> Option<String> {
    let (_, last) = result.rsplit_once('/')?;
    let arch = registry::Platform::linux(last).architecture;
    let is_one = spec::Arch::ALL.iter().any(|known| known.as_str() == last)
        || platforms.iter().any(|platform| platform.runs_on.architecture == arch);
    is_one.then_some(arch)
}
