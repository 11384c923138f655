-- Nothing is written where somebody else was faster; version 0: nobody has set anything yet.
insert into eligibility_settings (settings) select $1 where $2 = 0
on conflict (only_row) do nothing
