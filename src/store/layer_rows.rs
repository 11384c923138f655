//! Rows of a layer's table as items of a snapshot.
//!
//! A whole layer comes by binary COPY, single features by a query with the same columns.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::TryStreamExt;
use geozero::ToGeo;
use geozero::wkb::Wkb;
use tokio_postgres::Transaction;
use tokio_postgres::binary_copy::{BinaryCopyOutRow, BinaryCopyOutStream};
use tokio_postgres::types::{FromSql, Type};

use super::StoreError;
use crate::domain::{FieldKind, LayerDescription, Value};
use crate::snapshot::{Item, Shape};

/// The columns before the fields of the description.
const LEADING: [Type; 5] = [Type::INT8, Type::INT4, Type::TIMESTAMPTZ, Type::TEXT, Type::BYTEA];

/// All items of a layer, as the transaction sees it.
pub async fn load_layer(
    transaction: &Transaction<'_>,
    layer: &'static LayerDescription,
) -> Result<Vec<Item>, StoreError> {
    let statement = format!("copy ({}) to stdout (format binary)", select(layer));
    let types: Vec<Type> =
        LEADING.into_iter().chain(layer.fields.iter().map(|field| column_type(field.kind))).collect();
    let stream = BinaryCopyOutStream::new(transaction.copy_out(&statement).await?, &types);
    let mut rows = pin!(stream);
    let mut reader = RowReader::new(layer);
    let mut items = Vec::new();
    while let Some(row) = rows.try_next().await? {
        items.push(reader.item(&row)?);
    }
    Ok(items)
}

/// The items with these ids that exist, in no order.
pub async fn load_items(
    transaction: &Transaction<'_>,
    layer: &'static LayerDescription,
    ids: &[i64],
) -> Result<Vec<Item>, StoreError> {
    let statement = format!("{} where {} = any($1)", select(layer), layer.id_column());
    let rows = transaction.query_raw(&statement, [ids]).await?;
    let mut rows = pin!(rows);
    let mut reader = RowReader::new(layer);
    let mut items = Vec::new();
    while let Some(row) = rows.try_next().await? {
        items.push(reader.item(&row)?);
    }
    Ok(items)
}

fn select(layer: &LayerDescription) -> String {
    let fields: String = layer
        .fields
        .iter()
        .map(|field| match field.kind {
            FieldKind::Money => format!(", ({} * 100)::bigint", field.name),
            _ => format!(", {}", field.name),
        })
        .collect();
    format!("select {}, version, updated_at, source, st_asbinary(geom){fields} from {}", layer.id_column(), layer.name)
}

fn column_type(kind: FieldKind) -> Type {
    match kind {
        FieldKind::Text { .. } | FieldKind::Choice(_) => Type::TEXT,
        FieldKind::Integer { .. } | FieldKind::Money => Type::INT8,
        FieldKind::Number { .. } => Type::FLOAT8,
        FieldKind::Boolean => Type::BOOL,
        FieldKind::Date => Type::DATE,
    }
}

/// The two kinds of row that tokio-postgres knows, read alike.
trait Columns {
    fn get<'a, T: FromSql<'a>>(&'a self, index: usize) -> Result<T, tokio_postgres::Error>;
}

impl Columns for BinaryCopyOutRow {
    fn get<'a, T: FromSql<'a>>(&'a self, index: usize) -> Result<T, tokio_postgres::Error> {
        self.try_get(index)
    }
}

impl Columns for tokio_postgres::Row {
    fn get<'a, T: FromSql<'a>>(&'a self, index: usize) -> Result<T, tokio_postgres::Error> {
        self.try_get(index)
    }
}

/// Turns rows into items. Equal texts are kept once: thousands of features share an operator, a
/// source or a choice.
struct RowReader {
    layer: &'static LayerDescription,
    texts: HashMap<Box<str>, Arc<str>>,
}

/// Beyond this many different texts a column is free text, and looking it up no longer pays.
const MOST_SHARED_TEXTS: usize = 4096;

impl RowReader {
    fn new(layer: &'static LayerDescription) -> Self {
        Self { layer, texts: HashMap::new() }
    }

    fn item(&mut self, row: &impl Columns) -> Result<Item, StoreError> {
        let id: i64 = row.get(0)?;
        let source: Option<&str> = row.get(3)?;
        let wkb: &[u8] = row.get(4)?;
        let refuse = |why: String| StoreError::Row { table: self.layer.name, id, why };
        let geometry = Wkb(wkb).to_geo().map_err(|error| refuse(error.to_string()))?;
        let shape = Shape::new(geometry).map_err(|error| refuse(error.to_string()))?;
        let updated_at: DateTime<Utc> = row.get(2)?;
        let source = source.map(|text| self.share(text));
        let fields = self.layer.fields;
        let values = fields
            .iter()
            .enumerate()
            .map(|(i, field)| self.value(row, LEADING.len() + i, field.kind))
            .collect::<Result<_, _>>()?;
        Ok(Item { id, version: row.get(1)?, updated_at, source, shape, values })
    }

    fn value(&mut self, row: &impl Columns, at: usize, kind: FieldKind) -> Result<Value, StoreError> {
        let value = match kind {
            FieldKind::Text { .. } | FieldKind::Choice(_) => {
                row.get::<Option<&str>>(at)?.map(|text| Value::Text(self.share(text)))
            }
            FieldKind::Integer { .. } => row.get::<Option<i64>>(at)?.map(Value::Integer),
            FieldKind::Money => row.get::<Option<i64>>(at)?.map(Value::Money),
            FieldKind::Number { .. } => row.get::<Option<f64>>(at)?.map(Value::Number),
            FieldKind::Boolean => row.get::<Option<bool>>(at)?.map(Value::Boolean),
            FieldKind::Date => row.get::<Option<NaiveDate>>(at)?.map(Value::Date),
        };
        Ok(value.unwrap_or(Value::Null))
    }

    fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let shared: Arc<str> = text.into();
        if self.texts.len() < MOST_SHARED_TEXTS {
            self.texts.insert(text.into(), shared.clone());
        }
        shared
    }
}
