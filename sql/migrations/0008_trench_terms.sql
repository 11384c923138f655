-- What coordinating works needs to know beside what a work is: how far its operator would move it, who may read
-- of it, how it is laid; when a street is to be surfaced again; how deep a shared trench is and whose works lie in it.

alter table utility_work
    add column burial text check (burial in ('direct', 'pipe', 'duct_bank', 'trench', 'overhead', 'surface', 'passage', 
        'utility_tunnel', 'in_manhole', 'trenchless', 'underwater')),
    add column shift_limit_days bigint check (shift_limit_days between 0 and 3650),
    add column visibility text check (visibility in ('confidential', 'restricted', 'open'));
comment on column utility_work.burial is '埋设方式';
comment on column utility_work.shift_limit_days is '可调整天数 [d]';
comment on column utility_work.visibility is '可见范围';

alter table street
    add column resurfacing_on date,
    add column resurfacing text check (resurfacing in ('built', 'major_repair', 'minor_repair'));
comment on column street.resurfacing_on is '计划铺装日期';
comment on column street.resurfacing is '计划铺装性质';

alter table shared_trench
    add column depth_m double precision check (depth_m between 0 and 100),
    add column members text check (char_length(members) <= 1000);
comment on column shared_trench.depth_m is '沟深 [m]';
comment on column shared_trench.members is '共沟工程编号';
