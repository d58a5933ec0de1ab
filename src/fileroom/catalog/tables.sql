-- version 23 of the schema
CREATE TABLE audit (
	id INTEGER NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	who TEXT DEFAULT '' NOT NULL,
	what TEXT DEFAULT '' NOT NULL,
	detail TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
)
;
CREATE TABLE charset_rule (
	id INTEGER NOT NULL,
	subject TEXT NOT NULL,
	charset TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (subject)
)
;
CREATE TABLE checkup (
	id INTEGER NOT NULL,
	started TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	read_data INTEGER DEFAULT '0' NOT NULL,
	sample FLOAT DEFAULT '1' NOT NULL,
	n_files INTEGER DEFAULT '0' NOT NULL,
	n_offline INTEGER DEFAULT '0' NOT NULL,
	n_read INTEGER DEFAULT '0' NOT NULL,
	n_first_read INTEGER DEFAULT '0' NOT NULL,
	n_bytes INTEGER DEFAULT '0' NOT NULL,
	seconds FLOAT DEFAULT '0' NOT NULL,
	counts TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
)
;
CREATE TABLE choice (
	public_id BLOB NOT NULL,
	size INTEGER DEFAULT '0' NOT NULL,
	digest BLOB NOT NULL,
	content BLOB NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (public_id)
)
;
CREATE TABLE drive (
	id INTEGER NOT NULL,
	filesystem_id TEXT NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	label TEXT DEFAULT '' NOT NULL,
	mount_point TEXT DEFAULT '' NOT NULL,
	last_seen TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (filesystem_id)
)
;
CREATE TABLE import (
	id INTEGER NOT NULL,
	started TEXT DEFAULT '' NOT NULL,
	ended TEXT DEFAULT '' NOT NULL,
	who TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	message TEXT DEFAULT '' NOT NULL,
	roots TEXT DEFAULT '' NOT NULL,
	outcomes TEXT DEFAULT '' NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	n_files INTEGER DEFAULT '0' NOT NULL,
	n_patients INTEGER DEFAULT '0' NOT NULL,
	n_studies INTEGER DEFAULT '0' NOT NULL,
	n_series INTEGER DEFAULT '0' NOT NULL,
	n_instances INTEGER DEFAULT '0' NOT NULL,
	n_bytes INTEGER DEFAULT '0' NOT NULL,
	seconds FLOAT DEFAULT '0' NOT NULL,
	PRIMARY KEY (id)
)
;
CREATE TABLE label (
	public_id BLOB NOT NULL,
	label TEXT NOT NULL,
	level TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (public_id, label)
)
;
CREATE INDEX label_by_name ON label (label)
;
CREATE TABLE measurement (
	public_id BLOB NOT NULL,
	data TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (public_id)
)
;
CREATE TABLE note (
	public_id BLOB NOT NULL,
	level TEXT DEFAULT '' NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (public_id)
)
;
CREATE TABLE opened (
	public_id BLOB NOT NULL,
	level TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (public_id)
)
;
CREATE TABLE other_path (
	path TEXT NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (path)
)
;
CREATE TABLE owned (
	path TEXT NOT NULL,
	size INTEGER DEFAULT '0' NOT NULL,
	mtime_ns INTEGER DEFAULT '0' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (path)
)
;
CREATE TABLE patient (
	id INTEGER NOT NULL,
	public_id BLOB NOT NULL,
	"key" TEXT NOT NULL,
	name_alphabetic TEXT DEFAULT '' NOT NULL,
	name_ideographic TEXT DEFAULT '' NOT NULL,
	name_phonetic TEXT DEFAULT '' NOT NULL,
	sort_name TEXT DEFAULT '' NOT NULL,
	patient_id TEXT DEFAULT '' NOT NULL,
	issuer TEXT DEFAULT '' NOT NULL,
	birth_date TEXT DEFAULT '' NOT NULL,
	sex TEXT DEFAULT '' NOT NULL,
	anonymous INTEGER DEFAULT '0' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	modalities TEXT DEFAULT '' NOT NULL,
	last_study_date TEXT DEFAULT '' NOT NULL,
	hidden INTEGER DEFAULT '0' NOT NULL,
	n_studies INTEGER DEFAULT '0' NOT NULL,
	n_series INTEGER DEFAULT '0' NOT NULL,
	n_instances INTEGER DEFAULT '0' NOT NULL,
	n_frames INTEGER DEFAULT '0' NOT NULL,
	n_bytes INTEGER DEFAULT '0' NOT NULL,
	n_missing INTEGER DEFAULT '0' NOT NULL,
	n_changed INTEGER DEFAULT '0' NOT NULL,
	charset_guessed TEXT DEFAULT '' NOT NULL,
	same_as INTEGER,
	PRIMARY KEY (id),
	UNIQUE (public_id),
	UNIQUE ("key")
)
;
CREATE INDEX patient_by_name ON patient (hidden, same_as, sort_name, id)
;
CREATE INDEX patient_by_patient_id ON patient (patient_id)
;
CREATE INDEX patient_order_birth_date ON patient (hidden, same_as, birth_date, sort_name, id)
;
CREATE INDEX patient_order_last_study_date ON patient (hidden, same_as, last_study_date, sort_name, id)
;
CREATE INDEX patient_order_modalities ON patient (hidden, same_as, modalities, sort_name, id)
;
CREATE INDEX patient_order_n_bytes ON patient (hidden, same_as, n_bytes, sort_name, id)
;
CREATE INDEX patient_order_n_instances ON patient (hidden, same_as, n_instances, sort_name, id)
;
CREATE INDEX patient_order_n_series ON patient (hidden, same_as, n_series, sort_name, id)
;
CREATE INDEX patient_order_n_studies ON patient (hidden, same_as, n_studies, sort_name, id)
;
CREATE INDEX patient_order_patient_id ON patient (hidden, same_as, patient_id, sort_name, id)
;
CREATE INDEX patient_order_sex ON patient (hidden, same_as, sex, sort_name, id)
;
CREATE INDEX patient_same_as ON patient (same_as) WHERE same_as IS NOT NULL
;
CREATE TABLE patient_rule (
	id INTEGER NOT NULL,
	verdict TEXT DEFAULT '' NOT NULL,
	first TEXT DEFAULT '' NOT NULL,
	second TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id)
)
;
CREATE TABLE peer (
	name TEXT NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	title TEXT DEFAULT '' NOT NULL,
	host TEXT DEFAULT '' NOT NULL,
	port INTEGER DEFAULT '0' NOT NULL,
	url TEXT DEFAULT '' NOT NULL,
	calls INTEGER DEFAULT '0' NOT NULL,
	tls INTEGER DEFAULT '0' NOT NULL,
	secret TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (name)
)
;
CREATE TABLE removal (
	public_id BLOB NOT NULL,
	level TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	origin TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (public_id)
)
;
CREATE TABLE saved_search (
	name TEXT NOT NULL,
	level TEXT DEFAULT '' NOT NULL,
	words TEXT DEFAULT '' NOT NULL,
	at TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (name)
)
;
CREATE TABLE switched_on (
	name TEXT NOT NULL,
	PRIMARY KEY (name)
)
;
CREATE TABLE token (
	name TEXT NOT NULL,
	digest BLOB NOT NULL,
	created TEXT DEFAULT '' NOT NULL,
	last_used TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (name),
	UNIQUE (digest)
)
;
CREATE TABLE finding (
	id INTEGER NOT NULL,
	checkup_id INTEGER NOT NULL,
	trouble TEXT DEFAULT '' NOT NULL,
	path TEXT DEFAULT '' NOT NULL,
	entry TEXT DEFAULT '' NOT NULL,
	detail TEXT DEFAULT '' NOT NULL,
	numbers TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(checkup_id) REFERENCES checkup (id)
)
;
CREATE INDEX finding_by_checkup ON finding (checkup_id, trouble)
;
CREATE TABLE folder (
	id INTEGER NOT NULL,
	drive_id INTEGER NOT NULL,
	path TEXT DEFAULT '' NOT NULL,
	look BLOB,
	look_at INTEGER,
	n_changes INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (drive_id, path),
	FOREIGN KEY(drive_id) REFERENCES drive (id)
)
;
CREATE TABLE root (
	id INTEGER NOT NULL,
	drive_id INTEGER NOT NULL,
	path TEXT DEFAULT '' NOT NULL,
	watched INTEGER DEFAULT '0' NOT NULL,
	added TEXT DEFAULT '' NOT NULL,
	last_import TEXT DEFAULT '' NOT NULL,
	forgotten TEXT DEFAULT '' NOT NULL,
	hindrance TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (drive_id, path),
	FOREIGN KEY(drive_id) REFERENCES drive (id)
)
;
CREATE TABLE study (
	id INTEGER NOT NULL,
	public_id BLOB NOT NULL,
	patient_ref INTEGER NOT NULL,
	study_instance_uid TEXT NOT NULL,
	study_id TEXT DEFAULT '' NOT NULL,
	date TEXT DEFAULT '' NOT NULL,
	time TEXT DEFAULT '' NOT NULL,
	description TEXT DEFAULT '' NOT NULL,
	accession_number TEXT DEFAULT '' NOT NULL,
	institution_name TEXT DEFAULT '' NOT NULL,
	referring_physician_name TEXT DEFAULT '' NOT NULL,
	performing_physician_name TEXT DEFAULT '' NOT NULL,
	manufacturer TEXT DEFAULT '' NOT NULL,
	manufacturer_model_name TEXT DEFAULT '' NOT NULL,
	station_name TEXT DEFAULT '' NOT NULL,
	patient_age TEXT DEFAULT '' NOT NULL,
	charset_guessed TEXT DEFAULT '' NOT NULL,
	modalities TEXT DEFAULT '' NOT NULL,
	hidden INTEGER DEFAULT '0' NOT NULL,
	n_series INTEGER DEFAULT '0' NOT NULL,
	n_instances INTEGER DEFAULT '0' NOT NULL,
	n_frames INTEGER DEFAULT '0' NOT NULL,
	n_bytes INTEGER DEFAULT '0' NOT NULL,
	n_missing INTEGER DEFAULT '0' NOT NULL,
	n_changed INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (patient_ref, study_instance_uid),
	UNIQUE (public_id),
	FOREIGN KEY(patient_ref) REFERENCES patient (id)
)
;
CREATE INDEX study_by_date ON study (hidden, date, time, id)
;
CREATE INDEX study_by_uid ON study (study_instance_uid)
;
CREATE TABLE ledger (
	id INTEGER NOT NULL,
	import_id INTEGER NOT NULL,
	folder_id INTEGER NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	files INTEGER DEFAULT '0' NOT NULL,
	lines TEXT DEFAULT '' NOT NULL,
	brought BLOB,
	PRIMARY KEY (id),
	FOREIGN KEY(import_id) REFERENCES import (id),
	FOREIGN KEY(folder_id) REFERENCES folder (id)
)
;
CREATE INDEX ledger_by_import ON ledger (import_id, folder_id)
;
CREATE TABLE relinked (
	id INTEGER NOT NULL,
	import_id INTEGER NOT NULL,
	instance BLOB NOT NULL,
	old_folder_id INTEGER NOT NULL,
	new_folder_id INTEGER NOT NULL,
	old_name TEXT DEFAULT '' NOT NULL,
	new_name TEXT DEFAULT '' NOT NULL,
	old_mtime_ns INTEGER DEFAULT '0' NOT NULL,
	old_gone INTEGER DEFAULT '0' NOT NULL,
	old_outcome TEXT DEFAULT '' NOT NULL,
	old_reason TEXT DEFAULT '' NOT NULL,
	old_detail TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(import_id) REFERENCES import (id),
	FOREIGN KEY(old_folder_id) REFERENCES folder (id),
	FOREIGN KEY(new_folder_id) REFERENCES folder (id)
)
;
CREATE INDEX relinked_by_import ON relinked (import_id)
;
CREATE TABLE series (
	id INTEGER NOT NULL,
	public_id BLOB NOT NULL,
	study_ref INTEGER NOT NULL,
	drive_id INTEGER NOT NULL,
	series_instance_uid TEXT NOT NULL,
	modality TEXT DEFAULT '' NOT NULL,
	number INTEGER,
	description TEXT DEFAULT '' NOT NULL,
	date TEXT DEFAULT '' NOT NULL,
	time TEXT DEFAULT '' NOT NULL,
	protocol_name TEXT DEFAULT '' NOT NULL,
	body_part_examined TEXT DEFAULT '' NOT NULL,
	laterality TEXT DEFAULT '' NOT NULL,
	patient_position TEXT DEFAULT '' NOT NULL,
	performing_physician_name TEXT DEFAULT '' NOT NULL,
	performed_procedure_step_start_date TEXT DEFAULT '' NOT NULL,
	performed_procedure_step_start_time TEXT DEFAULT '' NOT NULL,
	manufacturer TEXT DEFAULT '' NOT NULL,
	manufacturer_model_name TEXT DEFAULT '' NOT NULL,
	station_name TEXT DEFAULT '' NOT NULL,
	frame_of_reference_uid TEXT DEFAULT '' NOT NULL,
	rows INTEGER,
	columns INTEGER,
	pixel_spacing TEXT DEFAULT '' NOT NULL,
	slice_thickness FLOAT,
	spacing_between_slices FLOAT,
	plane TEXT DEFAULT '' NOT NULL,
	image_type TEXT DEFAULT '' NOT NULL,
	original INTEGER DEFAULT '0' NOT NULL,
	reformatted INTEGER DEFAULT '0' NOT NULL,
	sop_class_uid TEXT DEFAULT '' NOT NULL,
	transfer_syntax_uid TEXT DEFAULT '' NOT NULL,
	charset_guessed TEXT DEFAULT '' NOT NULL,
	base TEXT DEFAULT '' NOT NULL,
	hidden INTEGER DEFAULT '0' NOT NULL,
	n_instances INTEGER DEFAULT '0' NOT NULL,
	n_frames INTEGER DEFAULT '0' NOT NULL,
	n_bytes INTEGER DEFAULT '0' NOT NULL,
	n_missing INTEGER DEFAULT '0' NOT NULL,
	n_changed INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (study_ref, series_instance_uid),
	UNIQUE (public_id),
	FOREIGN KEY(study_ref) REFERENCES study (id),
	FOREIGN KEY(drive_id) REFERENCES drive (id)
)
;
CREATE INDEX series_by_uid ON series (series_instance_uid)
;
CREATE TABLE instance (
	id INTEGER NOT NULL,
	public_id BLOB NOT NULL,
	series_ref INTEGER NOT NULL,
	sop_instance_uid TEXT NOT NULL,
	sop_class_uid TEXT DEFAULT '' NOT NULL,
	number INTEGER,
	file_id INTEGER,
	frames INTEGER DEFAULT '0' NOT NULL,
	bytes INTEGER DEFAULT '0' NOT NULL,
	missing INTEGER DEFAULT '0' NOT NULL,
	hidden INTEGER DEFAULT '0' NOT NULL,
	header TEXT DEFAULT '' NOT NULL,
	changed INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (sop_instance_uid, series_ref),
	UNIQUE (public_id),
	FOREIGN KEY(series_ref) REFERENCES series (id)
)
;
CREATE INDEX instance_by_series ON instance (series_ref)
;
CREATE INDEX instance_hidden ON instance (id) WHERE hidden = 1
;
CREATE TABLE thumbnail (
	series_id INTEGER NOT NULL,
	media_type TEXT DEFAULT '' NOT NULL,
	data BLOB,
	PRIMARY KEY (series_id),
	FOREIGN KEY(series_id) REFERENCES series (id)
)
;
CREATE TABLE file (
	id INTEGER NOT NULL,
	folder_id INTEGER NOT NULL,
	name TEXT NOT NULL,
	size INTEGER DEFAULT '0' NOT NULL,
	mtime_ns INTEGER DEFAULT '0' NOT NULL,
	digest BLOB,
	content_digest BLOB,
	outcome TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	detail TEXT DEFAULT '' NOT NULL,
	instance_id INTEGER,
	gone INTEGER DEFAULT '0' NOT NULL,
	changed INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (folder_id, name),
	FOREIGN KEY(folder_id) REFERENCES folder (id),
	FOREIGN KEY(instance_id) REFERENCES instance (id)
)
;
CREATE INDEX file_by_instance ON file (instance_id)
;
CREATE INDEX file_gone ON file (id) WHERE gone = 1
;
CREATE INDEX file_in_conflict ON file (instance_id) WHERE reason = 'other_content'
;
CREATE TABLE source (
	file_id INTEGER NOT NULL,
	instance_id INTEGER NOT NULL,
	PRIMARY KEY (file_id),
	FOREIGN KEY(file_id) REFERENCES file (id) ON DELETE CASCADE,
	FOREIGN KEY(instance_id) REFERENCES instance (id) ON DELETE CASCADE
)
;
CREATE INDEX source_by_instance ON source (instance_id)
;
CREATE TRIGGER file_changes AFTER UPDATE OF
    folder_id, name, size, mtime_ns, outcome, reason, instance_id, gone, changed ON file
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id IN (OLD.folder_id, NEW.folder_id); END
;
CREATE TRIGGER file_goes AFTER DELETE ON file
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id = OLD.folder_id; END
;
CREATE TRIGGER instance_changes AFTER UPDATE OF hidden, missing ON instance
    WHEN OLD.hidden != NEW.hidden OR OLD.missing != NEW.missing
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id IN (
    SELECT folder_id FROM file WHERE instance_id = NEW.id UNION
    SELECT file.folder_id FROM source JOIN file ON file.id = source.file_id WHERE source.instance_id = NEW.id); END
;
CREATE TRIGGER source_changes AFTER UPDATE ON source
    BEGIN UPDATE folder SET n_changes = n_changes + 1
    WHERE id = (SELECT folder_id FROM file WHERE id = NEW.file_id); END
;
CREATE TRIGGER source_goes AFTER DELETE ON source
    BEGIN UPDATE folder SET n_changes = n_changes + 1
    WHERE id = (SELECT folder_id FROM file WHERE id = OLD.file_id); END
;
CREATE VIRTUAL TABLE patient_words USING fts5(name, id, born, sex, date, description, accession, institution, physician, modality, part, equipment, uid, label, note, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0', prefix='1 2 3', detail=column)
;
CREATE VIRTUAL TABLE study_words USING fts5(name, id, born, sex, date, description, accession, institution, physician, modality, part, equipment, uid, label, note, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0', prefix='1 2 3', detail=column)
;
CREATE VIRTUAL TABLE series_words USING fts5(name, id, born, sex, date, description, accession, institution, physician, modality, part, equipment, uid, label, note, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0', prefix='1 2 3', detail=column)
;
CREATE TABLE alembic_version(version_num VARCHAR(32) NOT NULL PRIMARY KEY)
;
