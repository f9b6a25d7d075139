//! Where a bucket is, and the library's client for it.

use std::env;
use std::ffi::OsString;
use std::str::FromStr;
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::aws::AmazonS3ConfigKey::S3Endpoint;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::multipart::MultipartStore;
use object_store::signer::Signer;
use object_store::{Error, ObjectStore, RetryConfig};
use problem::Problem;
use wire::{Http, Patience};

use crate::target::{Kind, Target};
use crate::transport::Transport;
use crate::{bucket, trouble};

/// How often a request is tried again.
const RETRIES: usize = 8;

/// One of these has to be there. Without any the library would ask the machine that we run on, which has credentials of
/// nobody's on a shared runner.
const CREDENTIALS: [(Kind, &[&str]); 3] = [
    (Kind::S3, &["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SKIP_SIGNATURE"]),
    (
        Kind::Gcs,
        &[
            "GOOGLE_BEARER_TOKEN",
            "GOOGLE_SERVICE_ACCOUNT",
            "GOOGLE_SERVICE_ACCOUNT_PATH",
            "GOOGLE_SERVICE_ACCOUNT_KEY",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "GOOGLE_SKIP_SIGNATURE",
        ],
    ),
    (
        Kind::Azure,
        &[
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AZURE_STORAGE_SAS_TOKEN",
            "AZURE_STORAGE_SAS_KEY",
            "AZURE_STORAGE_TOKEN",
            "AZURE_FEDERATED_TOKEN_FILE",
            "AZURE_CLIENT_SECRET",
            "AZURE_SKIP_SIGNATURE",
        ],
    ),
];

/// What the library has for each of them.
pub(crate) trait Client: ObjectStore + MultipartStore + Signer {}

impl<T: ObjectStore + MultipartStore + Signer> Client for T {}

/// Where a bucket is, and how it is used.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) target: Target,
    pub(crate) endpoint: Option<String>,
    pub(crate) region: Option<String>,
    /// In bytes.
    pub(crate) part_size: u64,
    /// Whether something may be replaced there.
    pub(crate) mutable: bool,
}

impl Place {
    /// Opens it with what the environment has of credentials; nothing is asked yet.
    pub(crate) fn connect(&self) -> Result<Arc<dyn Client>, Problem> {
        let (kind, url) = (self.target.kind, self.target.url(""));
        let hint = || format!("it takes {}", trouble::credentials(kind));
        let names = CREDENTIALS.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, it)| it);
        if !names.iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty())) {
            return Err(Problem::user(format!("there are no credentials for `{url}`")).hint(hint()));
        }
        self.client()
            .map_err(|error| Problem::user(format!("cannot open `{url}`: {error}")).hint(hint()))
    }

    fn client(&self) -> Result<Arc<dyn Client>, Error> {
        let is_s3 = self.target.kind == Kind::S3;
        let without = env::var("AWS_CONDITIONAL_PUT").is_ok_and(|it| it == "disabled");
        // The library says when something is tried again.
        let http = Http::new(Patience { tries: 1, ..Patience::default() }, bucket::PARALLEL);
        let transport = Transport { http, completes_new: is_s3 && !self.mutable && !without };
        let retry = RetryConfig { max_retries: RETRIES, ..RetryConfig::default() };
        let bucket = &self.target.root;
        Ok(match self.target.kind {
            Kind::Gcs => {
                let gcs = said(env::vars_os(), "GOOGLE_")
                    .fold(GoogleCloudStorageBuilder::new(), |it, (key, value)| {
                        it.with_config(key, value)
                    });
                let gcs = gcs.with_bucket_name(bucket);
                let gcs = gcs.with_http_connector(transport).with_retry(retry);
                Arc::new(maybe(gcs, &self.endpoint, |it, url| it.with_base_url(url)).build()?)
            }
            Kind::Azure => {
                let azure = said(env::vars_os(), "AZURE_")
                    .fold(MicrosoftAzureBuilder::new(), |it, (key, value)| {
                        it.with_config(key, value)
                    });
                let azure = azure.with_container_name(bucket);
                let azure = azure.with_http_connector(transport).with_retry(retry);
                let endpoint = |it: MicrosoftAzureBuilder, url: &str| it.with_endpoint(url.into());
                Arc::new(maybe(azure, &self.endpoint, endpoint).build()?)
            }
            Kind::S3 | Kind::Web | Kind::Folder => {
                let s3 = said(env::vars_os(), "AWS_")
                    .fold(AmazonS3Builder::new(), |it, (key, value)| it.with_config(key, value));
                let s3 = s3.with_bucket_name(bucket);
                let s3 = s3.with_http_connector(transport).with_retry(retry);
                // Before what the environment says, which has two variables for it.
                let endpoint = |it: AmazonS3Builder, url: &str| it.with_config(S3Endpoint, url);
                let s3 = maybe(s3, &self.endpoint, endpoint);
                Arc::new(maybe(s3, &self.region, |it, region| it.with_region(region)).build()?)
            }
        })
    }
}

/// The keys of a library's client that the environment has something for. A secret that a workflow does not have is an empty
/// variable, and no credential.
fn said<K: FromStr>(
    variables: impl Iterator<Item = (OsString, OsString)>,
    prefix: &str,
) -> impl Iterator<Item = (K, String)> {
    variables.filter_map(move |(name, value)| {
        let name = name.to_str().filter(|name| name.starts_with(prefix))?;
        let value = value.into_string().ok().filter(|value| !value.is_empty())?;
        Some((name.to_ascii_lowercase().parse().ok()?, value))
    })
}

fn maybe<T>(builder: T, value: &Option<String>, set: impl FnOnce(T, &str) -> T) -> T {
    match value {
        Some(value) => set(builder, value),
        None => builder,
    }
}

#[cfg(test)]
mod tests {
    use object_store::aws::AmazonS3ConfigKey::{self, AccessKeyId};

    use super::*;

    #[test]
    fn a_variable_that_is_empty_says_nothing() {
        let variables = [
            ("AWS_ACCESS_KEY_ID", "me"),
            ("AWS_SESSION_TOKEN", ""),
            ("AWS_OF_NOBODY", "x"),
            ("GOOGLE_BEARER_TOKEN", "y"),
        ];
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        let said: Vec<(AmazonS3ConfigKey, String)> = said(variables.into_iter(), "AWS_").collect();
        assert_eq!(said, [(AccessKeyId, "me".to_owned())]);
    }
}
