-- The layers of the city, one table each, in the order of the contract. The program's layer
-- descriptions (src/domain) say the same; a test compares the two.

-- 责任主体: The governments and committees that answer for renewal in their area
create table responsible_body (
    responsible_body_id bigint generated always as identity primary key,
    geom geometry(MultiPolygon, 4490) not null,
    code text not null check (char_length(code) <= 32),
    name text not null check (char_length(name) <= 120)
);
comment on table responsible_body is '责任主体：对辖区内老旧小区改造负总责的政府或管委会';
comment on column responsible_body.code is '代码';
comment on column responsible_body.name is '名称';
select adopt_layer('responsible_body');

-- 街道: The areas of the street offices
create table subdistrict (
    subdistrict_id bigint generated always as identity primary key,
    geom geometry(MultiPolygon, 4490) not null,
    code text not null check (char_length(code) <= 32),
    name text not null check (char_length(name) <= 120)
);
comment on table subdistrict is '街道：街道办事处辖区';
comment on column subdistrict.code is '区划代码';
comment on column subdistrict.name is '名称';
select adopt_layer('subdistrict');

-- 社区: The areas of the residents' committees
create table neighbourhood (
    neighbourhood_id bigint generated always as identity primary key,
    geom geometry(MultiPolygon, 4490) not null,
    code text check (char_length(code) <= 32),
    name text not null check (char_length(name) <= 120),
    subdistrict_code text check (char_length(subdistrict_code) <= 32)
);
comment on table neighbourhood is '社区：社区居委会辖区';
comment on column neighbourhood.code is '代码';
comment on column neighbourhood.name is '名称';
comment on column neighbourhood.subdistrict_code is '所属街道代码';
select adopt_layer('neighbourhood');

-- 小区: Residential communities (and scattered buildings) with their basic facts
create table community (
    community_id bigint generated always as identity primary key,
    geom geometry(MultiPolygon, 4490) not null,
    code text check (char_length(code) <= 64),
    name text not null check (char_length(name) <= 200),
    address text check (char_length(address) <= 300),
    responsible_body text check (char_length(responsible_body) <= 32),
    subdistrict_code text check (char_length(subdistrict_code) <= 32),
    neighbourhood text check (char_length(neighbourhood) <= 120),
    is_scattered boolean,
    built_year bigint check (built_year between 1800 and 2100),
    households bigint check (households between 0 and 1000000000),
    building_count bigint check (building_count between 0 and 1000000000),
    floor_area_m2 double precision check (floor_area_m2 between 0 and 1000000000),
    population bigint check (population between 0 and 1000000000),
    elders bigint check (elders between 0 and 1000000000),
    small_children bigint check (small_children between 0 and 1000000000),
    tenure text check (tenure in ('commercial', 'reformed', 'work_unit', 'public', 'cooperative', 'other')),
    has_legal_title boolean,
    structure_state text check (structure_state in ('safe', 'to_be_surveyed', 'unsafe')),
    in_demolition_plan boolean,
    is_self_built boolean,
    management text check (management in ('property_company', 'self_managed', 'work_unit', 'neighbourhood', 'none')),
    renewal_class text check (renewal_class in ('basic', 'improved', 'promoted')),
    plan_year bigint check (plan_year between 1800 and 2100),
    estimated_cost numeric(16, 2) check (estimated_cost >= 0),
    remark text check (char_length(remark) <= 1000)
);
comment on table community is '小区：住宅小区（含散居楼栋）的边界与基本情况';
comment on column community.code is '小区编号';
comment on column community.name is '小区名称';
comment on column community.address is '坐落地址';
comment on column community.responsible_body is '责任主体代码';
comment on column community.subdistrict_code is '街道代码';
comment on column community.neighbourhood is '社区';
comment on column community.is_scattered is '是否散居楼栋';
comment on column community.built_year is '建成年份 [a]';
comment on column community.households is '户数';
comment on column community.building_count is '楼栋数';
comment on column community.floor_area_m2 is '建筑面积 [m2]';
comment on column community.population is '常住人口';
comment on column community.elders is '60岁以上人口';
comment on column community.small_children is '3岁以下人口';
comment on column community.tenure is '产权性质';
comment on column community.has_legal_title is '是否具有合法产权';
comment on column community.structure_state is '房屋结构安全';
comment on column community.in_demolition_plan is '是否纳入征收或棚改';
comment on column community.is_self_built is '是否以自建房为主或城中村';
comment on column community.management is '物业管理方式';
comment on column community.renewal_class is '改造类别';
comment on column community.plan_year is '计划年度 [a]';
comment on column community.estimated_cost is '投资估算 [CNY]';
comment on column community.remark is '备注';
select adopt_layer('community');

-- 楼栋: Building footprints
create table building (
    building_id bigint generated always as identity primary key,
    geom geometry(MultiPolygon, 4490) not null,
    code text check (char_length(code) <= 64),
    name text check (char_length(name) <= 200),
    community_code text check (char_length(community_code) <= 64),
    building_use text check (building_use in ('residential', 'mixed', 'commercial', 'public', 'industrial', 'other')),
    floors bigint check (floors between 0 and 200),
    height_m double precision check (height_m between 0 and 1000),
    households bigint check (households between 0 and 1000000000),
    units bigint check (units between 0 and 1000000000),
    built_year bigint check (built_year between 1800 and 2100),
    has_lift boolean
);
comment on table building is '楼栋：建筑物基底轮廓';
comment on column building.code is '楼栋编号';
comment on column building.name is '楼栋名称';
comment on column building.community_code is '所属小区编号';
comment on column building.building_use is '用途';
comment on column building.floors is '地上层数';
comment on column building.height_m is '高度 [m]';
comment on column building.households is '户数';
comment on column building.units is '单元数';
comment on column building.built_year is '建成年份 [a]';
comment on column building.has_lift is '有电梯';
select adopt_layer('building');

-- 出入口: The gates of communities
create table gate (
    gate_id bigint generated always as identity primary key,
    geom geometry(Point, 4490) not null,
    code text check (char_length(code) <= 64),
    name text check (char_length(name) <= 200),
    community_code text check (char_length(community_code) <= 64),
    gate_kind text check (gate_kind in ('pedestrian', 'vehicle', 'both')),
    is_open boolean
);
comment on table gate is '出入口：小区出入口';
comment on column gate.code is '编号';
comment on column gate.name is '名称';
comment on column gate.community_code is '所属小区编号';
comment on column gate.gate_kind is '类型';
comment on column gate.is_open is '是否开放';
select adopt_layer('gate');

-- 设施: Public services around communities
create table facility (
    facility_id bigint generated always as identity primary key,
    geom geometry(Point, 4490) not null,
    code text check (char_length(code) <= 64),
    name text check (char_length(name) <= 200),
    facility_kind text not null check (facility_kind in ('community_service_station', 'street_service_center', 'health_station', 
        'health_center', 'kindergarten', 'nursery', 'primary_school', 'junior_school', 
        'elder_daycare', 'nursing_home', 'canteen', 'housekeeping', 'wet_market', 
        'convenience_store', 'supermarket', 'pharmacy', 'parcel', 'culture_station', 
        'culture_center', 'outdoor_fitness', 'small_sports_ground', 'medium_sports_ground', 
        'child_elder_play', 'green', 'public_toilet', 'waste_station', 'recycle_point', 
        'bus_stop', 'parking', 'smart_security', 'police_station', 'property_office', 
        'other')),
    building_area_m2 double precision check (building_area_m2 between 0 and 10000000),
    land_area_m2 double precision check (land_area_m2 between 0 and 100000000),
    capacity bigint check (capacity between 0 and 1000000000),
    opened_year bigint check (opened_year between 1800 and 2100),
    operator text check (char_length(operator) <= 200),
    is_open boolean
);
comment on table facility is '设施：小区周边公共服务设施';
comment on column facility.code is '设施编号';
comment on column facility.name is '设施名称';
comment on column facility.facility_kind is '设施类别';
comment on column facility.building_area_m2 is '建筑面积 [m2]';
comment on column facility.land_area_m2 is '用地面积 [m2]';
comment on column facility.capacity is '规模（床位、托位、学位）';
comment on column facility.opened_year is '启用年份 [a]';
comment on column facility.operator is '运营单位';
comment on column facility.is_open is '是否在用';
select adopt_layer('facility');

-- 闲置资源: Spare land and idle public rooms that could hold a service
create table candidate_site (
    candidate_site_id bigint generated always as identity primary key,
    geom geometry(Point, 4490) not null,
    code text check (char_length(code) <= 64),
    name text check (char_length(name) <= 200),
    site_kind text check (site_kind in ('spare_land', 'idle_public_room', 'other')),
    area_m2 double precision check (area_m2 between 0 and 10000000),
    owner text check (char_length(owner) <= 200),
    means text check (means in ('purchase', 'lease', 'swap', 'build')),
    available_on date,
    estimated_cost numeric(16, 2) check (estimated_cost >= 0)
);
comment on table candidate_site is '闲置资源：可用于补建服务设施的零星土地与公有闲置房屋';
comment on column candidate_site.code is '编号';
comment on column candidate_site.name is '名称';
comment on column candidate_site.site_kind is '类型';
comment on column candidate_site.area_m2 is '可用面积 [m2]';
comment on column candidate_site.owner is '权属单位';
comment on column candidate_site.means is '取得方式';
comment on column candidate_site.available_on is '可用日期';
comment on column candidate_site.estimated_cost is '投资估算 [CNY]';
select adopt_layer('candidate_site');

-- 道路: Centre lines of streets and footways
create table street (
    street_id bigint generated always as identity primary key,
    geom geometry(MultiLineString, 4490) not null,
    code text check (char_length(code) <= 64),
    name text check (char_length(name) <= 200),
    street_class text not null check (street_class in ('expressway', 'primary', 'secondary', 'tertiary', 'residential', 'service', 
        'footway', 'steps', 'cycleway')),
    is_walkable boolean,
    is_bridge boolean,
    is_tunnel boolean,
    width_m double precision check (width_m between 0 and 200),
    surface text check (surface in ('asphalt', 'concrete', 'paving', 'unpaved', 'other')),
    surfaced_on date,
    surfacing text check (surfacing in ('built', 'major_repair', 'minor_repair'))
);
comment on table street is '道路：道路与步行道中心线';
comment on column street.code is '道路编号';
comment on column street.name is '道路名称';
comment on column street.street_class is '道路等级';
comment on column street.is_walkable is '可步行';
comment on column street.is_bridge is '桥梁';
comment on column street.is_tunnel is '隧道或下穿';
comment on column street.width_m is '路面宽度 [m]';
comment on column street.surface is '路面类型';
comment on column street.surfaced_on is '最近铺装日期';
comment on column street.surfacing is '最近铺装性质';
select adopt_layer('street');

-- 障碍: Rivers, railways and walls that a walk cannot cross
create table barrier (
    barrier_id bigint generated always as identity primary key,
    geom geometry(Geometry, 4490) not null,
    code text check (char_length(code) <= 64),
    name text check (char_length(name) <= 200),
    barrier_kind text not null check (barrier_kind in ('river', 'railway', 'wall', 'expressway', 'cliff', 'other'))
);
comment on table barrier is '障碍：步行不能穿越的河流、铁路、围墙等';
comment on column barrier.code is '编号';
comment on column barrier.name is '名称';
comment on column barrier.barrier_kind is '类别';
select adopt_layer('barrier');

-- 现状管线: Existing utility lines (sensitive)
create table utility_line (
    utility_line_id bigint generated always as identity primary key,
    geom geometry(MultiLineString, 4490) not null,
    code text check (char_length(code) <= 64),
    utility_kind text not null check (utility_kind in ('water', 'reclaimed_water', 'storm_sewer', 'foul_sewer', 'combined_sewer', 
        'gas', 'heat', 'power', 'street_light', 'telecom', 'broadcast', 'industrial', 
        'utility_tunnel', 'unknown')),
    operator text check (char_length(operator) <= 200),
    diameter_mm double precision check (diameter_mm between 0 and 10000),
    ducts bigint check (ducts between 0 and 1000000000),
    material text check (material in ('cast_iron', 'steel', 'concrete', 'pe', 'pvc', 'grp', 'ductile_iron', 'masonry', 
        'asbestos', 'ceramic', 'copper', 'aluminium', 'fibre', 'other')),
    start_depth_m double precision check (start_depth_m between -5 and 100),
    end_depth_m double precision check (end_depth_m between -5 and 100),
    pressure text check (pressure in ('low', 'medium_b', 'medium_a', 'sub_high_b', 'sub_high_a', 'high_b', 'high_a')),
    burial text check (burial in ('direct', 'pipe', 'duct_bank', 'trench', 'overhead', 'surface', 'passage', 
        'utility_tunnel', 'in_manhole', 'trenchless', 'underwater')),
    built_year bigint check (built_year between 1800 and 2100),
    line_state text check (line_state in ('in_use', 'abandoned', 'empty', 'other')),
    quality_level text check (quality_level in ('surveyed', 'from_drawing', 'told_by_staff', 'unknown'))
);
comment on table utility_line is '现状管线：地下与架空现状管线（敏感数据）';
comment on column utility_line.code is '管线编号';
comment on column utility_line.utility_kind is '管线种类';
comment on column utility_line.operator is '权属单位';
comment on column utility_line.diameter_mm is '管径 [mm]';
comment on column utility_line.ducts is '孔数';
comment on column utility_line.material is '材质';
comment on column utility_line.start_depth_m is '起点埋深 [m]';
comment on column utility_line.end_depth_m is '终点埋深 [m]';
comment on column utility_line.pressure is '压力级别';
comment on column utility_line.burial is '埋设方式';
comment on column utility_line.built_year is '建设年份 [a]';
comment on column utility_line.line_state is '使用状态';
comment on column utility_line.quality_level is '数据质量';
select adopt_layer('utility_line');

-- 管线改造工程: Works planned by utility operators
create table utility_work (
    utility_work_id bigint generated always as identity primary key,
    geom geometry(MultiLineString, 4490) not null,
    code text check (char_length(code) <= 64),
    name text check (char_length(name) <= 200),
    utility_kind text not null check (utility_kind in ('water', 'reclaimed_water', 'storm_sewer', 'foul_sewer', 'combined_sewer', 
        'gas', 'heat', 'power', 'street_light', 'telecom', 'broadcast', 'industrial', 
        'utility_tunnel', 'unknown')),
    operator text check (char_length(operator) <= 200),
    method text check (method in ('open', 'trenchless')),
    diameter_mm double precision check (diameter_mm between 0 and 10000),
    ducts bigint check (ducts between 0 and 1000000000),
    depth_m double precision check (depth_m between 0 and 100),
    pressure text check (pressure in ('low', 'medium_b', 'medium_a', 'sub_high_b', 'sub_high_a', 'high_b', 'high_a')),
    window_start date,
    window_end date,
    duration_days bigint check (duration_days between 0 and 10000),
    estimated_cost numeric(16, 2) check (estimated_cost >= 0),
    confidence text check (confidence in ('committed', 'planned', 'idea'))
);
comment on table utility_work is '管线改造工程：专业经营单位计划实施的管线工程';
comment on column utility_work.code is '工程编号';
comment on column utility_work.name is '工程名称';
comment on column utility_work.utility_kind is '管线种类';
comment on column utility_work.operator is '专业经营单位';
comment on column utility_work.method is '施工方式';
comment on column utility_work.diameter_mm is '管径 [mm]';
comment on column utility_work.ducts is '孔数';
comment on column utility_work.depth_m is '埋深 [m]';
comment on column utility_work.pressure is '压力级别';
comment on column utility_work.window_start is '最早开工';
comment on column utility_work.window_end is '最迟完工';
comment on column utility_work.duration_days is '工期 [d]';
comment on column utility_work.estimated_cost is '投资估算 [CNY]';
comment on column utility_work.confidence is '确定程度';
select adopt_layer('utility_work');

-- 共沟: Trenches that several operators open together
create table shared_trench (
    shared_trench_id bigint generated always as identity primary key,
    geom geometry(MultiLineString, 4490) not null,
    code text check (char_length(code) <= 64),
    name text check (char_length(name) <= 200),
    trench_state text check (trench_state in ('proposed', 'agreed', 'refused', 'done')),
    lead_operator text check (char_length(lead_operator) <= 200),
    width_m double precision check (width_m between 0 and 50),
    starts_on date,
    ends_on date
);
comment on table shared_trench is '共沟：多家单位合并开挖的管沟';
comment on column shared_trench.code is '编号';
comment on column shared_trench.name is '名称';
comment on column shared_trench.trench_state is '状态';
comment on column shared_trench.lead_operator is '牵头单位';
comment on column shared_trench.width_m is '沟宽 [m]';
comment on column shared_trench.starts_on is '开工日期';
comment on column shared_trench.ends_on is '完工日期';
select adopt_layer('shared_trench');

-- 片区: Areas that are renewed as one piece
create table precinct (
    precinct_id bigint generated always as identity primary key,
    geom geometry(MultiPolygon, 4490) not null,
    code text check (char_length(code) <= 64),
    name text not null check (char_length(name) <= 200),
    scheme text check (char_length(scheme) <= 120),
    precinct_state text check (precinct_state in ('draft', 'published', 'adopted', 'superseded')),
    responsible_body text check (char_length(responsible_body) <= 32),
    start_year bigint check (start_year between 1800 and 2100),
    is_pilot boolean
);
comment on table precinct is '片区：作为整体改造的片区';
comment on column precinct.code is '片区编号';
comment on column precinct.name is '片区名称';
comment on column precinct.scheme is '划分方案';
comment on column precinct.precinct_state is '状态';
comment on column precinct.responsible_body is '责任主体代码';
comment on column precinct.start_year is '启动年份 [a]';
comment on column precinct.is_pilot is '示范片区';
select adopt_layer('precinct');

-- A barrier is a wall (line) or a wide river (area), never a point.
alter table barrier add constraint barrier_geom_is_line_or_area check (geometrytype(geom) <> 'POINT');
-- A window that ends before it starts is no window.
alter table utility_work add constraint utility_work_window_is_ordered check (window_end >= window_start);
alter table shared_trench add constraint shared_trench_dates_are_ordered check (ends_on >= starts_on);
