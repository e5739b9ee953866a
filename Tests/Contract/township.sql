-- What a township has before its first report.
INSERT INTO departments (tenant_id, slug, name) SELECT id, 'roads', 'Roads' FROM tenants;
INSERT INTO categories (tenant_id, slug, name, group_name, resolution_hours, attributes)
SELECT t.id, v.slug, v.name, v.group_name, v.hours, v.attributes::jsonb
  FROM tenants t, (VALUES
    ('street-light', 'Street light', 'Lights', 72,
     '[{"key": "pole", "label": "Pole", "type": "text", "max_length": 5},
       {"key": "lamps", "label": "How many?", "type": "number", "min": 1, "max": 9},
       {"key": "side", "label": "Which side?", "type": "choice", "options": ["left", "right"]}]'),
    ('pothole', 'Pothole', NULL, NULL, '[]')) AS v (slug, name, group_name, hours, attributes);
INSERT INTO areas (tenant_id, layer, slug, name, boundary)
SELECT id, 'wards', 'ward-1', 'Ward 1', ST_Multi(ST_MakeEnvelope(-72, 42, -70, 43, 4326)) FROM tenants;
