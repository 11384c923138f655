select distinct source from import
