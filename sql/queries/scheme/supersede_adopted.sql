update scheme set state = 'superseded' where state = 'adopted' and scheme_id <> $1 returning scheme_id
