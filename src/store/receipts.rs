//! The receipts of a run: what came of each step, and which object it was.

use super::{RunId, Store, StoreError};
use crate::object::ObjectId;
use crate::reconcile::journal::Event;

/// What was recorded of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    pub step: String,
    pub event: Event,
    pub object: Option<ObjectId>,
}

impl Store {
    /// Everything that was recorded of the steps of a run, in that order.
    pub async fn receipts(&self, run: RunId) -> Result<Vec<ReceiptRow>, StoreError> {
        let rows: Vec<(String, String, Option<String>)> =
            sqlx::query_as("SELECT step, event, object FROM step_event WHERE run = ? ORDER BY seq")
                .bind(run)
                .fetch_all(self.reader())
                .await?;
        let receipt = |(step, event, object): (String, String, Option<String>)| {
            let event = serde_json::from_value(serde_json::Value::String(event))?;
            Ok(ReceiptRow { step, event, object: object.map(ObjectId::new) })
        };
        rows.into_iter().map(receipt).collect()
    }
}
