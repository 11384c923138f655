//! Who is asking. Every read takes a viewer, so nothing can be read without the question.

use super::layer::{Audience, LayerDescription, LayerId, RowKey, RowRule};
use super::name::{Name, SEPARATOR};
use super::value::Value;

/// The tile cache is keyed by this type, so a tile drawn for one viewer never reaches another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Viewer {
    /// Planners and administrators: every layer and every field.
    Everything,
    /// Anyone: no pipe, no trench, no internal field.
    Public,
    /// A utility operator (专业经营单位) by its name: what the public sees, its own lines and works, the works
    /// that others show to all operators, and the trenches that it takes part in.
    Operator(Name),
    /// A responsible body (责任主体) by its code: what the public sees, and what is internal in its area.
    Body(Name),
}

/// Whether a row, or what is internal of it, may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Shown,
    Hidden,
    /// Shown when it lies in the area of the body that asks; of a line some part of it.
    InArea,
}

impl Viewer {
    /// True when something meant for `audience` may be shown to this viewer, as far as rows are.
    pub fn may_see(self, audience: Audience) -> bool {
        match (self, audience) {
            (Viewer::Everything | Viewer::Body(_), _) => true,
            (Viewer::Operator(_), Audience::Operators) => true,
            (_, Audience::Public) => true,
            (_, Audience::Operators | Audience::Staff) => false,
        }
    }

    /// True when no row of a layer with this rule is kept from this viewer.
    pub fn sees_every_row(self, rule: RowRule) -> bool {
        self == Viewer::Everything || rule == RowRule::All
    }

    /// Whether a row may be shown to this viewer. A row that does not say whose it is is the city's alone.
    pub fn sight_of_row(self, rule: RowRule, key: &RowKey) -> Sight {
        let shown_if = |is_shown| if is_shown { Sight::Shown } else { Sight::Hidden };
        match (rule, self) {
            _ if self.sees_every_row(rule) => Sight::Shown,
            (RowRule::PublicWhere { is, .. }, _) => {
                shown_if(key.named.as_text().is_some_and(|code| is.contains(&code)))
            }
            (RowRule::Operators { .. }, Viewer::Operator(name)) => shown_if(key.is_open || names(&key.named, name)),
            (RowRule::Operators { .. } | RowRule::Staff, Viewer::Body(_)) => Sight::InArea,
            (RowRule::All | RowRule::Operators { .. } | RowRule::Staff, _) => Sight::Hidden,
        }
    }

    /// Whether the internal fields of a row may be shown to this viewer. A row that names a responsible body is
    /// that body's wherever it lies.
    pub fn sight_of_internal(self, layer: &LayerDescription, values: &[Value]) -> Sight {
        match self {
            Viewer::Everything => Sight::Shown,
            Viewer::Public | Viewer::Operator(_) => Sight::Hidden,
            Viewer::Body(code) => match layer.field("responsible_body").map(|(at, _)| &values[at]) {
                Some(Value::Text(named)) if **named == *code.as_str() => Sight::Shown,
                Some(Value::Text(_)) => Sight::Hidden,
                _ => Sight::InArea,
            },
        }
    }

    /// The viewer who sees exactly the same of a layer and whom others share it with: what is made for one is then
    /// made for all.
    pub fn on(self, layer: &LayerDescription) -> Viewer {
        let is_like_public = layer.audience == Audience::Public
            && match self {
                Viewer::Everything => false,
                Viewer::Public | Viewer::Operator(_) => true,
                Viewer::Body(_) => !layer.has_internal_fields(),
            }
            && matches!(layer.rows, RowRule::All | RowRule::PublicWhere { .. });
        if is_like_public { Viewer::Public } else { self }
    }

    /// True when this viewer may change rows of a layer, as far as they are its own.
    pub fn may_write(self, layer: LayerId) -> bool {
        match self {
            Viewer::Everything => true,
            Viewer::Public => false,
            Viewer::Operator(_) => matches!(layer, LayerId::UtilityLine | LayerId::UtilityWork),
            Viewer::Body(_) => matches!(
                layer,
                LayerId::Community | LayerId::Building | LayerId::Gate | LayerId::Facility | LayerId::CandidateSite
            ),
        }
    }

    /// The kind of viewer, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Viewer::Everything => "everything",
            Viewer::Public => "public",
            Viewer::Operator(_) => "operator",
            Viewer::Body(_) => "body",
        }
    }

    /// Whom the viewer speaks for: an operator's name, a body's code.
    pub fn speaks_for(self) -> Option<&'static str> {
        match self {
            Viewer::Everything | Viewer::Public => None,
            Viewer::Operator(name) | Viewer::Body(name) => Some(name.as_str()),
        }
    }
}

/// True when a field names this party, alone or among others.
fn names(named: &Value, name: Name) -> bool {
    named.as_text().is_some_and(|text| text.split(SEPARATOR).any(|one| one.trim() == name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(name: &str) -> Viewer {
        Viewer::Operator(Name::of(name).expect("a name"))
    }

    fn body(code: &str) -> Viewer {
        Viewer::Body(Name::of(code).expect("a code"))
    }

    fn key(named: Value) -> RowKey {
        RowKey { named, is_open: false }
    }

    #[test]
    fn a_row_that_does_not_say_whose_it_is_is_not_the_publics() {
        let rule = RowRule::PublicWhere { field: "precinct_state", is: &["adopted"] };
        let sight = |viewer: Viewer, rule, value: &Value| viewer.sight_of_row(rule, &key(value.clone()));
        assert_eq!(sight(Viewer::Public, rule, &Value::Text("adopted".into())), Sight::Shown);
        for hidden in [Value::Text("draft".into()), Value::Null, Value::Boolean(true)] {
            for viewer in [Viewer::Public, operator("甲"), body("511")] {
                assert_eq!(sight(viewer, rule, &hidden), Sight::Hidden, "{hidden:?}");
                assert_eq!(sight(viewer, RowRule::All, &hidden), Sight::Shown);
            }
            assert_eq!(sight(Viewer::Everything, rule, &hidden), Sight::Shown);
        }
    }

    #[test]
    fn an_operators_row_is_its_own_unless_it_is_open_to_all() {
        let rule = LayerId::UtilityWork.describe().rows;
        let row = |named: Value, is_open| RowKey { named, is_open };
        let own = row(Value::Text("资阳燃气".into()), false);
        assert_eq!(operator("资阳燃气").sight_of_row(rule, &own), Sight::Shown);
        assert_eq!(operator("资阳燃").sight_of_row(rule, &own), Sight::Hidden);
        assert_eq!(operator("资阳水务").sight_of_row(rule, &own), Sight::Hidden);
        assert_eq!(operator("资阳水务").sight_of_row(rule, &RowKey { is_open: true, ..own }), Sight::Shown);
        assert_eq!(operator("资阳水务").sight_of_row(rule, &row(Value::Null, false)), Sight::Hidden);
        for open in [true, false] {
            assert_eq!(body("511").sight_of_row(rule, &row(Value::Null, open)), Sight::InArea);
            assert_eq!(Viewer::Public.sight_of_row(rule, &row(Value::Null, open)), Sight::Hidden);
        }
        let members = row(Value::Text("资阳燃气; 资阳水务".into()), false);
        let rule = LayerId::SharedTrench.describe().rows;
        assert_eq!(operator("资阳水务").sight_of_row(rule, &members), Sight::Shown);
        assert_eq!(operator("水务").sight_of_row(rule, &members), Sight::Hidden);
    }

    #[test]
    fn what_is_internal_is_the_named_bodys_and_else_that_of_the_place() {
        let layer = LayerId::Community.describe();
        let mut values = vec![Value::Null; layer.fields.len()];
        assert_eq!(body("511").sight_of_internal(layer, &values), Sight::InArea);
        let (at, _) = layer.field("responsible_body").expect("a field");
        values[at] = Value::Text("511".into());
        assert_eq!(body("511").sight_of_internal(layer, &values), Sight::Shown);
        assert_eq!(body("512").sight_of_internal(layer, &values), Sight::Hidden);
        assert_eq!(operator("511").sight_of_internal(layer, &values), Sight::Hidden);
    }

    #[test]
    fn public_sees_only_what_is_public() {
        assert!(Viewer::Public.may_see(Audience::Public));
        assert!(!Viewer::Public.may_see(Audience::Staff) && !Viewer::Public.may_see(Audience::Operators));
        assert!(operator("甲").may_see(Audience::Operators) && !operator("甲").may_see(Audience::Staff));
        assert!(Viewer::Everything.may_see(Audience::Staff));
    }

    #[test]
    fn only_who_sees_the_same_of_a_layer_shares_it_with_the_public() {
        let all = [Viewer::Everything, operator("甲"), operator("乙"), body("511")];
        for layer in LayerId::ALL.map(LayerId::describe) {
            for viewer in all.into_iter().filter(|viewer| viewer.on(layer) == Viewer::Public) {
                let fields = |viewer| layer.fields_for(viewer).map(|(at, _)| at).collect::<Vec<_>>();
                assert_eq!(fields(viewer), fields(Viewer::Public), "{}", layer.name);
                assert_eq!(layer.audience, Audience::Public, "{}", layer.name);
            }
            assert_eq!(Viewer::Everything.on(layer), Viewer::Everything);
        }
        assert_eq!(body("511").on(LayerId::Community.describe()), body("511"), "it sees costs of its own");
        assert_eq!(operator("甲").on(LayerId::Community.describe()), Viewer::Public);
        assert_eq!(operator("甲").on(LayerId::UtilityLine.describe()), operator("甲"));
    }
}
