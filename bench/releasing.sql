-- By hand: what an officer's complete fleeing-felon notice (examples/6-fleeing-felon-notice.yaml) would let out,
-- were everybody named: the address and the number held for SNAP, the address held for TANF cash.
SELECT
  CASE WHEN a THEN address_line1 END AS snap_line1, CASE WHEN a THEN address_line2 END AS snap_line2,
  CASE WHEN a THEN city END AS snap_city, CASE WHEN a THEN state_code END AS snap_state,
  CASE WHEN a THEN zip_code END AS snap_zip, CASE WHEN a THEN county_fips END AS snap_county,
  CASE WHEN a THEN address_as_of END AS snap_as_of,
  CASE WHEN a THEN CASE address_source WHEN 'C' THEN 'client' ELSE 'provider' END END AS snap_source,
  CASE WHEN t THEN address_line1 END AS tanf_line1, CASE WHEN t THEN address_line2 END AS tanf_line2,
  CASE WHEN t THEN city END AS tanf_city, CASE WHEN t THEN state_code END AS tanf_state,
  CASE WHEN t THEN zip_code END AS tanf_zip, CASE WHEN t THEN county_fips END AS tanf_county,
  CASE WHEN t THEN address_as_of END AS tanf_as_of,
  CASE WHEN t THEN CASE address_source WHEN 'C' THEN 'client' ELSE 'provider' END END AS tanf_source,
  CASE WHEN s THEN social_security_no END AS ssn, CASE WHEN s THEN social_security_as_of END AS ssn_as_of,
  CASE WHEN s THEN 'client' END AS ssn_source
FROM (
  SELECT *,
    in_snap AND ok AS a,
    in_tanf AND ok AS t,
    in_snap AND social_security_no IS NOT NULL AND social_security_source = 'C' AS s
  FROM (
    SELECT *,
      NOT flag_victim_services_record AND NOT flag_address_confidentiality
        AND address_line1 IS NOT NULL AND address_source IN ('C', 'P') AS ok
    FROM people
  )
)
WHERE a OR t OR s
