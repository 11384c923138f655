//! Imports: one transaction each, rows by binary COPY, recognised again by `(source, source_key)`.

use std::pin::Pin;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::SinkExt;
use tokio_postgres::{CopyInSink, Transaction};

use super::StoreError;
use crate::domain::{GeometryKind, LayerDescription, LayerId, Value};

/// Who imports what.
#[derive(Debug, Clone)]
pub struct NewImport<'a> {
    /// Empty: the name of the database user.
    pub actor: &'a str,
    pub file_name: &'a str,
    pub file_hash: &'a str,
    pub source: &'a str,
    pub layers: &'a [LayerId],
}

/// What became of the rows of one layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    pub inserted: i64,
    pub updated: i64,
    pub unchanged: i64,
    /// Rows of the same source that were not written this time. They stay as they are.
    pub no_longer_in_file: i64,
}

/// Sums for the bookkeeping row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    pub written: Written,
    pub refused: i64,
    pub mended: i64,
}

/// Writes the bookkeeping row and marks the transaction, so that changes and history name it.
///
/// Two imports of one source wait for each other: both would insert the same keys.
pub async fn begin(transaction: &Transaction<'_>, new: &NewImport<'_>) -> Result<i64, StoreError> {
    let layers: Vec<&str> = new.layers.iter().map(|layer| layer.name()).collect();
    let row = transaction
        .query_one(
            include_str!("../../sql/queries/import/begin.sql"),
            &[&new.actor, &new.file_name, &new.file_hash, &new.source, &layers],
        )
        .await?;
    Ok(row.try_get("import_id")?)
}

/// Completes the bookkeeping row. The caller commits.
pub async fn finish(
    transaction: &Transaction<'_>,
    import_id: i64,
    totals: &Totals,
    report: &serde_json::Value,
) -> Result<(), StoreError> {
    let Totals { written, refused, mended } = totals;
    transaction
        .execute(
            include_str!("../../sql/queries/import/finish.sql"),
            &[&import_id, &written.inserted, &written.updated, &written.unchanged, refused, mended, report],
        )
        .await?;
    Ok(())
}

/// The bounds `(west, south, east, north)` of the areas that make up the city; `None` without any.
pub async fn city_bounds(transaction: &Transaction<'_>) -> Result<Option<[f64; 4]>, StoreError> {
    let row = transaction.query_one(include_str!("../../sql/queries/import/city_bounds.sql"), &[]).await?;
    let bounds: Option<Vec<f64>> = row.try_get("bounds")?;
    Ok(bounds.and_then(|b| b.try_into().ok()))
}

/// Takes the rows of one layer, into the table itself while the source is new, else by way of a
/// temporary table from which only what differs is written.
pub struct LayerWriter<'t, 'c> {
    transaction: &'t Transaction<'c>,
    layer: &'static LayerDescription,
    import_id: i64,
    source: String,
    is_direct: bool,
    /// Statements that put back what was set aside while an empty table is filled.
    put_back: Option<PutBack>,
    actor: String,
    copy: Pin<Box<CopyInSink<Bytes>>>,
    buffer: BytesMut,
    rows: i64,
}

/// Bytes that are gathered before they are sent.
const SEND_AT: usize = 256 * 1024;
/// Up to so many rows PostgreSQL looks at every shape again before the import ends; with more it does
/// so later ([`super::validity`]), as its look takes as long as all the rest of writing them.
const VALIDATED_AT_ONCE: i64 = 10_000;
/// COPY's binary header: signature, flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

impl<'t, 'c> LayerWriter<'t, 'c> {
    pub async fn new(
        transaction: &'t Transaction<'c>,
        layer: LayerId,
        import_id: i64,
        source: &str,
    ) -> Result<Self, StoreError> {
        let layer = layer.describe();
        let known = format!("select exists (select from {} where source = $1) as known", layer.name);
        let is_direct = !transaction.query_one(&known, &[&source]).await?.try_get::<_, bool>("known")?;
        let fields = field_list(layer, "");
        let row = transaction.query_one("select current_actor() as actor", &[]).await?;
        let actor: String = row.try_get("actor")?;
        let put_back = if is_direct { set_aside(transaction, layer).await? } else { None };
        let statement = if is_direct {
            // Who wrote it is sent along: as a default it would be asked for each row, twice.
            format!(
                "copy {} (source, import_id, created_by, updated_by, source_key, geom{fields}) from stdin (format binary)",
                layer.name
            )
        } else {
            let stage = format!(
                "create temporary table import_stage on commit drop as
                 select source_key, geom{fields} from {} with no data",
                layer.name
            );
            transaction.batch_execute(&stage).await?;
            format!("copy import_stage (source_key, geom{fields}) from stdin (format binary)")
        };
        let copy = Box::pin(transaction.copy_in(&statement).await?);
        let buffer = BytesMut::from(HEADER);
        Ok(Self {
            transaction,
            layer,
            import_id,
            source: source.to_owned(),
            is_direct,
            put_back,
            actor,
            copy,
            buffer,
            rows: 0,
        })
    }

    /// One row. `wkb` is little-endian and two-dimensional, of the table's type, in CGCS2000
    /// degrees; `values` are in the order of the layer's fields.
    pub async fn write(&mut self, key: &str, wkb: &[u8], values: &[Value]) -> Result<(), StoreError> {
        let leading = if self.is_direct { 6 } else { 2 };
        self.buffer.put_i16(leading + values.len() as i16);
        if self.is_direct {
            put_bytes(&mut self.buffer, self.source.as_bytes());
            put_bytes(&mut self.buffer, &self.import_id.to_be_bytes());
            put_bytes(&mut self.buffer, self.actor.as_bytes());
            put_bytes(&mut self.buffer, self.actor.as_bytes());
        }
        put_bytes(&mut self.buffer, key.as_bytes());
        put_geometry(&mut self.buffer, wkb);
        for value in values {
            put_value(&mut self.buffer, value);
        }
        self.rows += 1;
        if self.buffer.len() >= SEND_AT {
            let full = self.buffer.split().freeze();
            self.copy.feed(full).await?;
        }
        Ok(())
    }

    /// Ends the COPY and, for a source that is known, writes what differs.
    pub async fn finish(mut self) -> Result<Written, StoreError> {
        self.buffer.put_i16(-1);
        let last = self.buffer.split().freeze();
        self.copy.send(last).await?;
        self.copy.as_mut().finish().await?;
        if let Some(PutBack { statements, validate }) = &self.put_back {
            self.transaction.batch_execute(statements).await?;
            if self.rows <= VALIDATED_AT_ONCE {
                self.transaction.batch_execute(validate).await?;
            }
        }
        if self.is_direct {
            return Ok(Written { inserted: self.rows, ..Written::default() });
        }
        let row = self.transaction.query_one(&upsert(self.layer), &[&self.source, &self.import_id]).await?;
        let gone = format!(
            "select count(*) from {} as old
             where old.source = $1 and not exists
                 (select from import_stage as new where new.source_key = old.source_key)",
            self.layer.name
        );
        let no_longer_in_file = self.transaction.query_one(&gone, &[&self.source]).await?.try_get(0)?;
        self.transaction.batch_execute("drop table import_stage").await?;
        let (inserted, updated): (i64, i64) = (row.try_get("inserted")?, row.try_get("updated")?);
        Ok(Written { inserted, updated, unchanged: self.rows - inserted - updated, no_longer_in_file })
    }
}

/// What puts a table back as it was.
struct PutBack {
    /// Everything, the check of validity for later writes only.
    statements: String,
    /// Makes the check hold for the rows that are there; nothing where it was never away.
    validate: String,
}

/// Fills an empty table faster: indexes are built once at the end, and the change feed gets one
/// entry for the whole layer instead of a list of every id. Returns what puts all of it back; `None`
/// where the table has rows already, or is not ours to alter.
///
/// The validity of areas is not asked a second time while they are written: the reader has just
/// decided it for each, by GEOS as PostGIS would or by a proof ([`crate::ingest`]). The check is back
/// before the transaction ends and holds for whoever writes next.
///
/// The table is locked until the transaction ends. Readers of the program hold a snapshot in memory
/// and do not notice; whoever asks PostgreSQL itself waits. An error or a kill puts everything back,
/// as it is all one transaction.
async fn set_aside(transaction: &Transaction<'_>, layer: &LayerDescription) -> Result<Option<PutBack>, StoreError> {
    let name = layer.name;
    let may = include_str!("../../sql/queries/import/may_set_aside.sql");
    if !transaction.query_one(may, &[&name]).await?.try_get::<_, bool>("may")? {
        return Ok(None);
    }
    transaction.batch_execute(&format!("lock table {name} in access exclusive mode")).await?;
    let is_filled = format!("select exists (select from {name}) as is_filled");
    if transaction.query_one(&is_filled, &[]).await?.try_get::<_, bool>("is_filled")? {
        return Ok(None);
    }
    let is_area = layer.geometry == GeometryKind::Area;
    let rows = transaction.query(include_str!("../../sql/queries/import/set_aside.sql"), &[&name, &is_area]).await?;
    let mut set_aside = format!("alter table {name} disable trigger note_insert;");
    let mut put_back = format!("alter table {name} enable trigger note_insert;");
    for row in rows {
        set_aside.push_str(row.try_get("set_aside")?);
        set_aside.push(';');
        put_back.push_str(row.try_get("put_back")?);
        put_back.push(';');
    }
    transaction.batch_execute(&set_aside).await?;
    put_back.push_str(&format!(
        "insert into change (layer, operation) values ('{name}', 'insert');
         select pg_notify('pianqu_change', '');"
    ));
    let validate =
        if is_area { format!("alter table {name} validate constraint {name}_geom_is_valid") } else { String::new() };
    Ok(Some(PutBack { statements: put_back, validate }))
}

/// `, old.code, old.name, …`
fn field_list(layer: &LayerDescription, qualifier: &str) -> String {
    layer.fields.iter().map(|field| format!(", {qualifier}{}", field.name)).collect()
}

/// Inserts what is new and updates what differs. Rows that are the same are not touched, so they
/// get no new version and no history.
fn upsert(layer: &LayerDescription) -> String {
    let name = layer.name;
    let columns = field_list(layer, "");
    let set: String = layer.fields.iter().map(|field| format!(", {0} = excluded.{0}", field.name)).collect();
    let (old, new) = (field_list(layer, &format!("{name}.")), field_list(layer, "excluded."));
    format!(
        "with written as (
             insert into {name} (source, import_id, source_key, geom{columns})
             select $1, $2, source_key, geom{columns} from import_stage
             on conflict (source, source_key) do update
             set import_id = excluded.import_id, geom = excluded.geom{set}
             where ({name}.geom{old}) is distinct from (excluded.geom{new})
             returning xmax = 0 as is_new
         )
         select count(*) filter (where is_new) as inserted, count(*) filter (where not is_new) as updated from written"
    )
}

fn put_bytes(buffer: &mut BytesMut, bytes: &[u8]) {
    buffer.put_i32(bytes.len() as i32);
    buffer.put_slice(bytes);
}

/// WKB with the reference system written in, as PostGIS takes it.
fn put_geometry(buffer: &mut BytesMut, wkb: &[u8]) {
    const HAS_SRID: u32 = 0x2000_0000;
    const CGCS2000: u32 = 4490;
    let (head, rest) = wkb.split_at(5);
    let kind = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    buffer.put_i32(wkb.len() as i32 + 4);
    buffer.put_u8(head[0]);
    buffer.put_u32_le(kind | HAS_SRID);
    buffer.put_u32_le(CGCS2000);
    buffer.put_slice(rest);
}

fn put_value(buffer: &mut BytesMut, value: &Value) {
    match value {
        Value::Null => buffer.put_i32(-1),
        Value::Integer(n) => put_bytes(buffer, &n.to_be_bytes()),
        Value::Number(n) => put_bytes(buffer, &n.to_be_bytes()),
        Value::Money(fen) => put_money(buffer, *fen),
        Value::Boolean(claim) => put_bytes(buffer, &[u8::from(*claim)]),
        Value::Date(day) => {
            let epoch = chrono::NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day of the calendar");
            let days = day.signed_duration_since(epoch).num_days() as i32;
            put_bytes(buffer, &days.to_be_bytes());
        }
        Value::Text(text) => put_bytes(buffer, text.as_bytes()),
    }
}

/// PostgreSQL's numeric: digits to the base of 10,000, the weight of the first, sign and scale.
fn put_money(buffer: &mut BytesMut, fen: i64) {
    const NEGATIVE: u16 = 0x4000;
    // Two decimals fill half a digit of four; a factor of 100 aligns them.
    let mut rest = u128::from(fen.unsigned_abs()) * 100;
    let mut digits = Vec::new();
    while rest > 0 {
        digits.push((rest % 10_000) as u16);
        rest /= 10_000;
    }
    digits.reverse();
    buffer.put_i32(8 + 2 * digits.len() as i32);
    buffer.put_u16(digits.len() as u16);
    // One digit stands behind the point, so the first of n has the weight n - 2.
    buffer.put_i16(if digits.is_empty() { 0 } else { digits.len() as i16 - 2 });
    buffer.put_u16(if fen < 0 { NEGATIVE } else { 0 });
    buffer.put_u16(2);
    for digit in digits {
        buffer.put_u16(digit);
    }
}
