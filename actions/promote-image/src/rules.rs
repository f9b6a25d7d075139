//! What has to be proven, by the policy or by the inputs alone.

use std::path::{Path, PathBuf};

use evidence::{Identity, PublicKey};
use problem::{Problem, given_text};
use promotion::{Asked, Channel, Immutable, Policy, Signer, Target};

use crate::Inputs;
use crate::image::{Image, expected};

/// What holds for every image of one promotion.
pub(crate) struct Rules {
    require: Vec<String>,
    gates: Vec<String>,
    signed_by: Vec<Signer>,
    immutable: Immutable,
    policy: Option<(Policy, Channel)>,
    /// Where the files of keys begin.
    folder: PathBuf,
    /// Those of the channels from which it comes, where they ask for proof.
    before: Vec<Rules>,
}

impl Rules {
    /// Those for what goes to `tags`.
    pub(crate) fn read(inputs: &Inputs, images: &[Image], tags: &[&str]) -> Result<Rules, Problem> {
        let Some(path) = &inputs.policy else {
            let signers = inputs.signed_by.iter().map(|text| signer(text));
            return Ok(Rules {
                require: inputs.require.clone(),
                gates: Vec::new(),
                signed_by: signers.collect::<Result<_, _>>()?,
                immutable: match inputs.immutable.as_slice() {
                    [] => Immutable::Versions,
                    patterns => Immutable::Patterns(patterns.to_vec()),
                },
                policy: None,
                folder: PathBuf::new(),
                before: Vec::new(),
            });
        };
        let policy = Policy::parse(&given_text(path)?, path)?;
        check_images(&policy, images)?;
        let mut rules = Rules::of(&policy, policy.channel_of(tags)?, path);
        rules.require.retain(|name| !inputs.require.contains(name));
        rules.require.splice(0..0, inputs.require.clone());
        // Those of other channels can be required by name.
        let named = inputs.require.iter().filter(|name| policy.gate(name).is_ok());
        rules.gates.extend(named.cloned());
        Ok(rules)
    }

    /// Those of one channel, with all before it.
    pub(crate) fn of(policy: &Policy, channel: &Channel, path: &Path) -> Rules {
        let before = policy.before(channel).into_iter().map(|it| Rules::alone(policy, it, path));
        let before = before.filter(Rules::asks_for_proof).collect();
        Rules { before, ..Rules::alone(policy, channel, path) }
    }

    fn alone(policy: &Policy, channel: &Channel, path: &Path) -> Rules {
        let named = channel.require.iter().filter(|name| policy.gate(name).is_ok());
        Rules {
            require: channel.require.clone(),
            gates: channel.gates.iter().map(|gate| &gate.name).chain(named).cloned().collect(),
            signed_by: channel.signed_by.clone(),
            immutable: policy.immutable.clone(),
            policy: Some((policy.clone(), channel.clone())),
            folder: path.parent().unwrap_or(Path::new("")).into(),
            before: Vec::new(),
        }
    }

    /// What is asked of one image.
    pub(crate) fn asked(
        &self,
        image: &Image,
        targets: Vec<Target>,
        expect: &[String],
        commit: Option<&str>,
    ) -> Result<Asked, Problem> {
        let here = |tag: String| Target { image: image.name.clone(), tag };
        let channel = self.policy.as_ref().map(|(_, channel)| channel);
        let from = channel.and_then(|channel| channel.from.clone()).map(here);
        let targets = targets.into_iter().map(|target| {
            let expected = expected(&target, expect)?;
            Ok((target, expected))
        });
        Ok(Asked {
            image: image.name.clone(),
            digest: image.manifest.digest,
            targets: targets.collect::<Result<_, Problem>>()?,
            from: from.or_else(|| image.tag.clone()),
            require: self.require.clone(),
            gates: self.gates.clone(),
            signed_by: self.signed_by.clone(),
            immutable: self.immutable.clone(),
            waivers: self
                .policy
                .as_ref()
                .map(|(policy, channel)| policy.waivers_of(channel))
                .unwrap_or_default(),
            commit: commit.map(|commit| (commit.to_owned(), here(format!("sha-{commit}")))),
        })
    }

    /// What the channels before ask of an image: to be proven once more, and no tag moves by that.
    pub(crate) fn asked_before(&self, image: &Image) -> Result<Vec<Asked>, Problem> {
        self.before.iter().map(|rules| rules.asked(image, Vec::new(), &[], None)).collect()
    }

    /// These, and those of the channels before.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Rules> {
        [self].into_iter().chain(&self.before)
    }

    /// The public keys of those who may sign.
    pub(crate) fn keys(&self) -> Result<Vec<(Signer, PublicKey)>, Problem> {
        let read = |signer: &Signer| {
            let Signer::Key(file) = signer else { return None };
            let path = self.folder.join(file);
            let key = given_text(&path).and_then(|pem| PublicKey::from_pem(&pem));
            Some(key.map(|key| (signer.clone(), key)))
        };
        self.signed_by.iter().filter_map(read).collect()
    }

    /// The identities of those who may sign without a key.
    pub(crate) fn identities(&self) -> Vec<(Signer, Identity)> {
        let identity = |signer: &Signer| match signer {
            Signer::Key(_) => None,
            Signer::Keyless { identity, issuer } => Some((
                signer.clone(),
                Identity { identity: identity.clone(), issuer: issuer.clone() },
            )),
        };
        self.signed_by.iter().filter_map(identity).collect()
    }

    /// Whether results count at all.
    pub(crate) fn asks_for_proof(&self) -> bool {
        !self.require.is_empty() || !self.gates.is_empty() || !self.before.is_empty()
    }

    /// Whether they are a policy's.
    pub(crate) fn has_policy(&self) -> bool {
        self.policy.is_some()
    }
}

/// A policy is for its images and no others, and they move together.
fn check_images(policy: &Policy, images: &[Image]) -> Result<(), Problem> {
    let named = |name: &String| images.iter().any(|image| image.name == *name);
    if let Some(image) = images.iter().find(|image| !policy.images.contains(&image.name)) {
        return Err(Problem::user(format!("the policy says nothing of `{}`", image.name))
            .hint(format!("it is for `{}`", policy.images.join("`, `"))));
    }
    match policy.images.iter().find(|name| !named(name)) {
        Some(left_out) => Err(Problem::user(format!("`{left_out}` would stay behind"))
            .hint("the images of one policy move together: name them all")),
        None => Ok(()),
    }
}

/// The file of a key, or an identity with its issuer.
fn signer(text: &str) -> Result<Signer, Problem> {
    let Some(rest) = text.strip_prefix("identity=") else { return Ok(Signer::Key(text.into())) };
    let (identity, issuer) = rest.split_once(" issuer=").ok_or_else(|| {
        Problem::user(format!("`{}` names no issuer", text.escape_debug()))
            .hint("write `identity=… issuer=…`, such as `issuer=https://token.actions.githubusercontent.com`")
    })?;
    Ok(Signer::Keyless { identity: identity.trim().into(), issuer: issuer.trim().into() })
}
