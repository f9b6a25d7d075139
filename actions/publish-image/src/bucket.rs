//! A bucket or container: S3, GCS or Azure.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use http::Method;
use object_store::path::Path;
use object_store::{Error, MultipartId, ObjectStoreExt, PutMode, UpdateVersion};
use problem::Problem;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::content::Content;
use crate::pending::{Pending, Upload};
use crate::place::{Client, Place};
use crate::store::{Over, Put, Store, Watch};
use crate::trouble;

/// How many parts are on their way at once: so many times the part size is held in memory.
pub(crate) const PARALLEL: usize = 4;

/// No store takes more parts.
const MOST_PARTS: u64 = 10_000;

/// How long a signal may go unnoticed.
const GLANCE: Duration = Duration::from_millis(200);

/// An open bucket.
pub(crate) struct Bucket {
    client: Arc<dyn Client>,
    // To drop it would wait for requests whose answers nobody wants any more.
    runtime: ManuallyDrop<Runtime>,
    place: Place,
}

impl Bucket {
    /// Opens it with what the environment has of credentials; nothing is asked yet.
    pub(crate) fn open(place: Place) -> Result<Bucket, Problem> {
        let client = place.connect()?;
        Ok(Bucket { client, runtime: ManuallyDrop::new(runtime()?), place })
    }

    /// Ends an upload of an earlier process.
    pub(crate) fn abort(&self, upload: &Upload) -> Result<(), Problem> {
        let path = Path::from(upload.path.as_str());
        let aborted = self.runtime.block_on(self.client.abort_multipart(&path, &upload.id));
        match aborted {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.trouble("write")(error)),
        }
    }

    fn path(&self, name: &str) -> Result<Path, Problem> {
        let prefix = &self.place.target.prefix;
        let path = Path::parse(prefix).map(|prefix| prefix.join(name));
        path.map_err(|error| Problem::user(format!("`{prefix}` is no folder of a bucket: {error}")))
    }

    fn trouble(&self, doing: &str) -> impl Fn(Error) -> Problem {
        move |error| trouble::problem(&error, doing, &self.place.target)
    }

    async fn put_whole(&self, path: &Path, content: &Content, over: &Over) -> Result<(), Error> {
        let bytes = content.part(0, content.size).map_err(local)?;
        let mode = match over {
            Over::Nothing => PutMode::Create,
            Over::This(version) => PutMode::Update(version.clone()),
            Over::Anything => PutMode::Overwrite,
        };
        let put = |mode: PutMode| self.client.put_opts(path, bytes.clone().into(), mode.into());
        match put(mode).await {
            // What is there was looked at a moment ago.
            Err(Error::NotImplemented { .. }) => put(PutMode::Overwrite).await.map(drop),
            other => other.map(drop),
        }
    }

    async fn put_in_parts(
        &self,
        (path, id): (&Path, &MultipartId),
        content: &Content,
        over: &Over,
        watch: &mut Watch<'_>,
    ) -> Result<(), Error> {
        let size = self.place.part_size.max(content.size.div_ceil(MOST_PARTS));
        let offsets = (0..content.size.div_ceil(size)).map(|part| part * size);
        let parts = stream::iter(offsets.enumerate()).map(|(part, offset)| async move {
            let bytes = content.part(offset, size).map_err(local)?;
            let length = bytes.len() as u64;
            let part = self.client.put_part(path, id, part, bytes.into()).await?;
            Ok::<_, Error>((part, length))
        });
        let mut parts = parts.buffered(PARALLEL);
        let mut done = Vec::new();
        loop {
            // A part may take minutes, and whoever wants an end has no more than seconds.
            watch.interruption.over(Ok(())).map_err(local)?;
            match timeout(GLANCE, parts.try_next()).await {
                Ok(Ok(Some((part, length)))) => {
                    done.push(part);
                    watch.sent(content, length);
                }
                Ok(Ok(None)) => break,
                Ok(Err(error)) => return Err(error),
                Err(_not_yet) => {}
            }
        }
        if matches!(over, Over::Nothing) && self.client.head(path).await.is_ok() {
            let (path, source) = (path.to_string(), "somebody else was faster".into());
            return Err(Error::AlreadyExists { path, source });
        }
        self.client.complete_multipart(path, id, done).await.map(drop)
    }

    /// In one piece, or in parts that are a file only when all of them are there.
    fn send(
        &self,
        path: &Path,
        content: &Content,
        over: &Over,
        watch: &mut Watch<'_>,
    ) -> Result<Result<(), Error>, Problem> {
        if content.size <= self.place.part_size {
            return Ok(self.runtime.block_on(self.put_whole(path, content, over)));
        }
        let id = match self.runtime.block_on(self.client.create_multipart(path)) {
            Ok(id) => id,
            Err(error) => return Ok(Err(error)),
        };
        let upload = Upload::of(&self.place, path.to_string(), id);
        let client = Arc::clone(&self.client);
        let pending = Pending::new(client, upload, watch.runner)?;
        let id = &pending.upload.id;
        let sent = self.runtime.block_on(self.put_in_parts((path, id), content, over, watch));
        if sent.is_ok() {
            pending.is_over(watch.runner)?;
        }
        Ok(sent)
    }
}

/// One thread that waits for all requests.
pub(crate) fn runtime() -> Result<Runtime, Problem> {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.map_err(|error| Problem::infrastructure(format!("cannot make a runtime: {error}")))
}

fn local(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Generic { store: "file", source: Box::new(error) }
}

impl Store for Bucket {
    fn read(
        &self,
        name: &str,
        each: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<Option<UpdateVersion>, Problem> {
        let path = self.path(name)?;
        let read = self.runtime.block_on(async {
            let found = self.client.get(&path).await?;
            let version = (found.meta.e_tag.clone(), found.meta.version.clone());
            let mut pieces = found.into_stream();
            while let Some(piece) = pieces.try_next().await? {
                if !each(&piece) {
                    break;
                }
            }
            Ok(UpdateVersion { e_tag: version.0, version: version.1 })
        });
        match read {
            Ok(version) => Ok(Some(version)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.trouble("read")(error)),
        }
    }

    fn put(&self, content: &Content, over: &Over, watch: &mut Watch<'_>) -> Result<Put, Problem> {
        watch.begin();
        let path = self.path(&content.name)?;
        let sent = self.send(&path, content, over, watch)?;
        watch.interruption.over(Ok(()))?;
        match sent {
            Ok(()) => Ok(Put::Done),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(Put::Taken),
            Err(error) => Err(self.trouble("write")(error)),
        }
    }

    fn presign(&self, name: &str, valid: Duration) -> Result<String, Problem> {
        let path = self.path(name)?;
        let signed = self.runtime.block_on(self.client.signed_url(Method::GET, &path, valid));
        signed.map(String::from).map_err(|error| {
            Problem::user(format!(
                "cannot sign an address of `{}`: {error}",
                self.place.target.url(name)
            ))
            .hint("it takes at most 7 days, and credentials that can sign, such as a key")
        })
    }
}
