//! What happens to the outbox, and what it asks the runtime to do.

use super::words::DropReason;
use serde::{Deserialize, Serialize};

/// A record as the outbox knows it: opaque bytes with an id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// The record's id.
    pub id: String,
    /// Length of the record as it is sent, in bytes of UTF-8.
    pub bytes: u32,
    /// When it was made, ms since the epoch.
    pub created_at_ms: u64,
    /// Present on records that count lost records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drops: Option<Drops>,
}

/// What a record of lost records stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Drops {
    /// Records lost; the count inside the record.
    pub count: u32,
    /// Why they were lost.
    pub reason: DropReason,
    /// Ids whose deletion this record accounts for. The runtime stores them
    /// beside the record, so that after a crash the deletion is completed
    /// and never counted again.
    #[serde(default)]
    pub covers: Vec<String>,
    /// Ids of the lost, as the record names them: at most
    /// [`MAX_LOST_IDS`](super::check::MAX_LOST_IDS). They are fewer than `count` if counts took up
    /// too much of the outbox.
    #[serde(default)]
    pub ids: Vec<String>,
}

/// One id that the collector refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rejection {
    /// The record's id.
    pub id: String,
    /// The collector's reason.
    pub code: String,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Event {
    /// What the store held when the runtime started, oldest first.
    Restored {
        /// The records.
        items: Vec<Item>,
    },
    /// A record was made.
    Added {
        /// The record.
        item: Item,
    },
    /// [`Effect::Store`] was performed, or failed.
    Stored {
        /// The record's id.
        id: String,
        /// Whether the record will survive a crash.
        ok: bool,
    },
    /// Time has passed; sent when a [`Effect::Wake`] is due, or at any time.
    Tick,
    /// The network is back: own waits are cut short, the server's are not.
    Online,
    /// The page may be killed now: one batch goes out with `keepalive`.
    Hidden,
    /// The user wants everything sent now: own waits are cut short until the
    /// next failure, the server's are not.
    Flush,
    /// The user signed out: whatever waits is lost, and counted.
    Purge,
    /// A batch was answered, with any status.
    Sent {
        /// Number of the batch.
        batch: u32,
        /// HTTP status.
        status: u16,
        /// `Retry-After`, in ms from now.
        retry_after_ms: Option<u64>,
        /// Ids committed by this request.
        accepted: Vec<String>,
        /// Ids committed by an earlier request.
        duplicates: Vec<String>,
        /// Ids that will never be accepted.
        rejected: Vec<Rejection>,
    },
    /// A batch was not answered; whether it arrived is unknown.
    SendFailed {
        /// Number of the batch.
        batch: u32,
    },
}

/// Something to do.
///
/// The runtime begins the effects of one step in order before it takes the
/// next step, and performs those on the store one after the other: a wake must
/// not be replaced by an older one, and a deletion must not overtake what was
/// asked for before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Effect {
    /// Make the record durable, then answer [`Event::Stored`].
    Store {
        /// The record's id.
        id: String,
    },
    /// Forget the record; not an error if it is not there.
    Delete {
        /// The record's id.
        id: String,
    },
    /// The collector will never take this record: move it out of the queue,
    /// keep it for diagnosis if there is room.
    SetAside {
        /// The record's id.
        id: String,
        /// Why: the collector's code, or `http/` and the status.
        code: String,
    },
    /// Send these records as one request, then answer [`Event::Sent`] or
    /// [`Event::SendFailed`].
    Send {
        /// Number of the batch.
        batch: u32,
        /// The records, in this order.
        ids: Vec<String>,
        /// Whether the request must outlive the page.
        keepalive: bool,
    },
    /// Records were lost: make a record of it with these `drops` and add it.
    ReportDrops {
        /// What the new record stands for.
        drops: Drops,
    },
    /// Answer [`Event::Tick`] at this time; replaces the wake before.
    Wake {
        /// Monotonic time in ms.
        at_ms: u64,
    },
}

/// The two clocks of the host, read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Now {
    /// Ms since the epoch; may jump. Decides only how old a record is.
    pub wall_ms: u64,
    /// Ms since any origin; never goes back. Decides every wait.
    pub monotonic_ms: u64,
}
