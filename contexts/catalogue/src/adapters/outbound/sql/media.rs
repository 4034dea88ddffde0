//! Pictures, each a row under its name.

use std::collections::HashSet;

use async_trait::async_trait;
use chassis::params;
use shared_kernel::StoreError;

use super::{SqlCatalogue, dialect};
use crate::domain::{ImageName, Media};
use crate::ports::MediaStore;

const KEEP_MEDIA: &str = "INSERT INTO media (name, content_type, bytes) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET content_type = excluded.content_type, bytes = excluded.bytes";
const FIND_MEDIA: &str = "SELECT bytes FROM media WHERE name = $1";

#[async_trait]
impl MediaStore for SqlCatalogue {
    async fn keep(&self, media: Media) -> Result<(), StoreError> {
        let write = self.database.write(move |tx| {
            let params = params![media.name().as_str(), media.kind().content_type(), media.bytes()];
            Box::pin(async move { tx.execute(KEEP_MEDIA, params).await.map(|_| ()) })
        });
        write.await
    }

    async fn find(&self, name: &ImageName) -> Result<Option<Media>, StoreError> {
        let key = name.to_string();
        let read = self.database.read(move |tx| {
            let params = params![&key];
            Box::pin(async move {
                let row = tx.fetch_optional(FIND_MEDIA, params).await?;
                row.map(|row| row.get::<Vec<u8>>("bytes")).transpose()
            })
        });
        let Some(bytes) = read.await? else { return Ok(None) };
        let corrupt = |problem: String| StoreError::Corrupt { table: "media", row: name.to_string(), problem };
        Media::restore(name.clone(), bytes).map(Some).map_err(|error| corrupt(error.to_string()))
    }

    async fn missing(&self, names: &[ImageName]) -> Result<Vec<ImageName>, StoreError> {
        let names: Vec<String> = names.iter().map(ImageName::to_string).collect();
        let list = serde_json::to_string(&names).map_err(StoreError::unavailable)?;
        let read = self.database.read(move |tx| {
            let params = params![&list];
            Box::pin(async move {
                let rows = tx.fetch(dialect::media_of(tx.dialect()), params).await?;
                rows.iter().map(|row| row.get::<String>("name")).collect::<Result<HashSet<_>, StoreError>>()
            })
        });
        let there = read.await?;
        let missing = names.iter().filter(|name| !there.contains(*name));
        Ok(missing.filter_map(|name| ImageName::parse(name).ok()).collect())
    }
}
