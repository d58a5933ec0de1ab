"""The tables of the catalog, in two groups: what the files say, and what the user said.

The first group can be dropped and read again from the files. The second never is: it refers to public ids, which come
from DICOM identifiers and not from row numbers, so it outlives a rebuild. Migrations make these tables
(``migrations/``); a test holds the two against each other.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, text
from sqlalchemy import Float as Real

SCHEMA_VERSION = 23

metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _ref(name: str, target: str, *, optional: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=optional)


def _counts(*names: str) -> list[Column[int]]:
    return [_count(f"n_{name}") for name in names]


# -- what the files say ------------------------------------------------------------------------------------------

drive = Table(
    "drive",
    metadata,
    _id(),
    Column("filesystem_id", Text, nullable=False, unique=True),
    _text("kind"),
    _text("label"),
    _text("mount_point"),
    _text("last_seen"),
)

root = Table(
    "root",
    metadata,
    _id(),
    _ref("drive_id", "drive"),
    _text("path"),
    _count("watched"),
    _text("added"),
    _text("last_import"),
    _text("forgotten"),  # when the user took it from the list
    _text("hindrance"),  # what kept the last import or pass from concluding anything
    UniqueConstraint("drive_id", "path"),
)

folder = Table(
    "folder",
    metadata,
    _id(),
    _ref("drive_id", "drive"),
    _text("path"),  # on the drive, as sources.paths.to_text writes it
    # How its files looked together when all of them stood as recorded (listing.c), and how many changes of what is
    # recorded there had been by then: as long as that is the number of changes, there is nothing to compare.
    Column("look", LargeBinary),
    Column("look_at", Integer),
    _count("n_changes"),
    UniqueConstraint("drive_id", "path"),
)

# Whatever is to be compared again counts as a change of the folder; of files that are added whoever adds them says so.
# A migration that makes one of these tables anew has to make the triggers anew.
TRIGGERS = (
    """
    CREATE TRIGGER file_changes AFTER UPDATE OF
    folder_id, name, size, mtime_ns, outcome, reason, instance_id, gone, changed ON file
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id IN (OLD.folder_id, NEW.folder_id); END
    """,
    """
    CREATE TRIGGER file_goes AFTER DELETE ON file
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id = OLD.folder_id; END
    """,
    """
    CREATE TRIGGER instance_changes AFTER UPDATE OF hidden, missing ON instance
    WHEN OLD.hidden != NEW.hidden OR OLD.missing != NEW.missing
    BEGIN UPDATE folder SET n_changes = n_changes + 1 WHERE id IN (
    SELECT folder_id FROM file WHERE instance_id = NEW.id UNION
    SELECT file.folder_id FROM source JOIN file ON file.id = source.file_id WHERE source.instance_id = NEW.id); END
    """,
    """
    CREATE TRIGGER source_changes AFTER UPDATE ON source
    BEGIN UPDATE folder SET n_changes = n_changes + 1
    WHERE id = (SELECT folder_id FROM file WHERE id = NEW.file_id); END
    """,
    """
    CREATE TRIGGER source_goes AFTER DELETE ON source
    BEGIN UPDATE folder SET n_changes = n_changes + 1
    WHERE id = (SELECT folder_id FROM file WHERE id = OLD.file_id); END
    """,
)

# A list of a million patients in any of these orders is read from an index, not sorted.
_PATIENT_ORDERS = (
    "birth_date", "patient_id", "sex", "n_studies", "n_series", "n_instances", "n_bytes", "modalities",
    "last_study_date",
)  # fmt: skip

patient = Table(
    "patient",
    metadata,
    _id(),
    Column("public_id", LargeBinary, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    _text("name_alphabetic"),
    _text("name_ideographic"),
    _text("name_phonetic"),
    _text("sort_name"),
    _text("patient_id"),
    _text("issuer"),
    _text("birth_date"),
    _text("sex"),
    _count("anonymous"),
    _text("reason"),
    _text("modalities"),
    _text("last_study_date"),
    _count("hidden"),
    *_counts("studies", "series", "instances", "frames", "bytes", "missing", "changed"),
    _text("charset_guessed"),  # the set its texts were read by, where that is a guess (Header.guessed_charset)
    Column("same_as", Integer),  # the row that stands for this person, by what the user said (persons.py)
    Index("patient_by_name", "hidden", "same_as", "sort_name", "id"),
    *(Index(f"patient_order_{name}", "hidden", "same_as", name, "sort_name", "id") for name in _PATIENT_ORDERS),
    Index("patient_by_patient_id", "patient_id"),
    Index("patient_same_as", "same_as", sqlite_where=text("same_as IS NOT NULL")),
)

study = Table(
    "study",
    metadata,
    _id(),
    Column("public_id", LargeBinary, nullable=False, unique=True),
    _ref("patient_ref", "patient"),
    Column("study_instance_uid", Text, nullable=False),
    _text("study_id"),
    _text("date"),
    _text("time"),
    _text("description"),
    _text("accession_number"),
    _text("institution_name"),
    _text("referring_physician_name"),
    _text("performing_physician_name"),
    _text("manufacturer"),
    _text("manufacturer_model_name"),
    _text("station_name"),
    _text("patient_age"),
    _text("charset_guessed"),
    _text("modalities"),
    _count("hidden"),
    *_counts("series", "instances", "frames", "bytes", "missing", "changed"),
    UniqueConstraint("patient_ref", "study_instance_uid"),
    Index("study_by_uid", "study_instance_uid"),
    Index("study_by_date", "hidden", "date", "time", "id"),
)

series = Table(
    "series",
    metadata,
    _id(),
    Column("public_id", LargeBinary, nullable=False, unique=True),
    _ref("study_ref", "study"),
    _ref("drive_id", "drive"),
    Column("series_instance_uid", Text, nullable=False),
    _text("modality"),
    Column("number", Integer),
    _text("description"),
    _text("date"),
    _text("time"),
    _text("protocol_name"),
    _text("body_part_examined"),
    _text("laterality"),
    _text("patient_position"),
    _text("performing_physician_name"),
    _text("performed_procedure_step_start_date"),
    _text("performed_procedure_step_start_time"),
    _text("manufacturer"),
    _text("manufacturer_model_name"),
    _text("station_name"),
    _text("frame_of_reference_uid"),
    Column("rows", Integer),
    Column("columns", Integer),
    _text("pixel_spacing"),
    Column("slice_thickness", Real),
    Column("spacing_between_slices", Real),
    _text("plane"),
    _text("image_type"),
    _count("original"),
    _count("reformatted"),
    _text("sop_class_uid"),
    _text("transfer_syntax_uid"),
    _text("charset_guessed"),
    _text("base"),  # the header of its first instance; the others keep what differs (packing.py)
    _count("hidden"),
    *_counts("instances", "frames", "bytes", "missing", "changed"),
    UniqueConstraint("study_ref", "series_instance_uid"),
    Index("series_by_uid", "series_instance_uid"),
)

instance = Table(
    "instance",
    metadata,
    _id(),
    Column("public_id", LargeBinary, nullable=False, unique=True),
    _ref("series_ref", "series"),
    Column("sop_instance_uid", Text, nullable=False),
    _text("sop_class_uid"),
    Column("number", Integer),
    Column("file_id", Integer),  # the file that is shown; no foreign key, for the two rows name each other
    _count("frames"),
    _count("bytes"),
    _count("missing"),
    _count("hidden"),
    _text("header"),
    _count("changed"),  # the file that is shown is
    # In this order it answers for the UID alone, too; in the other it would want a second index.
    UniqueConstraint("sop_instance_uid", "series_ref"),
    Index("instance_by_series", "series_ref"),
    Index("instance_hidden", "id", sqlite_where=text("hidden = 1")),  # small: what was removed from the archive
)

file = Table(
    "file",
    metadata,
    _id(),
    _ref("folder_id", "folder"),
    Column("name", Text, nullable=False),
    _count("size"),
    _count("mtime_ns"),
    Column("digest", LargeBinary),
    Column("content_digest", LargeBinary),
    _text("outcome"),
    _text("reason"),
    _text("detail"),
    _ref("instance_id", "instance", optional=True),
    _count("gone"),
    _count("changed"),  # it was seen to be of another size or time than is recorded, and has not been read since
    UniqueConstraint("folder_id", "name"),
    Index("file_by_instance", "instance_id"),
    Index("file_gone", "id", sqlite_where=text("gone = 1")),  # few: the others are all but these
    Index("file_in_conflict", "instance_id", sqlite_where=text("reason = 'other_content'")),
)

# A path that was copied into the archive, or need not be: it is no file of the instance, but stands for it when it is
# imported again.
source = Table(
    "source",
    metadata,
    Column("file_id", Integer, ForeignKey("file.id", ondelete="CASCADE"), primary_key=True),
    Column("instance_id", Integer, ForeignKey("instance.id", ondelete="CASCADE"), nullable=False),
    Index("source_by_instance", "instance_id"),
)

thumbnail = Table(
    "thumbnail",
    metadata,
    Column("series_id", Integer, ForeignKey("series.id"), primary_key=True),
    _text("media_type"),
    Column("data", LargeBinary),  # NULL: looked at, nothing to show
)

# Full-text search, one document a row of the three levels, with a column for each field of a search
# (language.Field): its own words and those of all above and below it.
# Contentless: the words are folded, and what they came from stands in the tables above.
WORD_TABLES = ("patient_words", "study_words", "series_words")

# -- what the user said ------------------------------------------------------------------------------------------

removal = Table(
    "removal",
    metadata,
    Column("public_id", LargeBinary, primary_key=True),
    _text("level"),
    _text("at"),
    _text("origin"),  # the root it went with (a drive and a path on it), so that both come back together
)

choice = Table(  # of the files that claim to be one image, the content that the user wants to see
    "choice",
    metadata,
    Column("public_id", LargeBinary, primary_key=True),
    _count("size"),
    Column("digest", LargeBinary, nullable=False),  # of the header, as in file
    Column("content", LargeBinary, nullable=False),  # SHA-256 of the file
    _text("at"),
)

import_ = Table(
    "import",
    metadata,
    _id(),
    _text("started"),
    _text("ended"),
    _text("who"),
    _text("state"),
    _text("message"),
    _text("roots"),  # JSON list
    _text("outcomes"),  # JSON object
    _text("kind"),  # "import" (or nothing), "copy", "rebuild", "relink"
    *_counts("files", "patients", "studies", "series", "instances", "bytes"),
    Column("seconds", Real, nullable=False, server_default="0"),
)

ledger = Table(
    "ledger",
    metadata,
    _id(),
    _ref("import_id", "import"),
    _ref("folder_id", "folder"),
    _text("outcome"),
    _text("reason"),
    _count("files"),
    _text("lines"),  # JSON: their names, sizes, and details where there are any (ledger.py)
    Column("brought", LargeBinary),  # public ids of the instances that came in by them, so that it can be undone
    Index("ledger_by_import", "import_id", "folder_id"),
)

patient_rule = Table(  # the same person or not: two patients by their keys (identity.py)
    "patient_rule",
    metadata,
    _id(),
    _text("verdict"),
    _text("first"),
    _text("second"),
    _text("at"),
)

charset_rule = Table(  # what a root, or a patient, is written in: by place or identifiers (charsets.py)
    "charset_rule",
    metadata,
    _id(),
    Column("subject", Text, nullable=False, unique=True),
    _text("charset"),
    _text("at"),
)

note = Table(  # what the user wrote on an entry; never written to files
    "note",
    metadata,
    Column("public_id", LargeBinary, primary_key=True),
    _text("level"),
    _text("text"),
    _text("at"),
)

label = Table(
    "label",
    metadata,
    Column("public_id", LargeBinary, primary_key=True),
    Column("label", Text, primary_key=True),
    _text("level"),
    _text("at"),
    Index("label_by_name", "label"),
)

measurement = Table(  # what the user measured on a series; never written to files
    "measurement",
    metadata,
    Column("public_id", LargeBinary, primary_key=True),
    _text("data"),  # JSON list
    _text("at"),
)

checkup = Table(
    "checkup",
    metadata,
    _id(),
    _text("started"),
    _text("state"),
    _count("read_data"),
    Column("sample", Real, nullable=False, server_default="1"),
    *_counts("files", "offline", "read", "first_read", "bytes"),
    Column("seconds", Real, nullable=False, server_default="0"),
    _text("counts"),  # JSON object
)

finding = Table(
    "finding",
    metadata,
    _id(),
    _ref("checkup_id", "checkup"),
    _text("trouble"),
    _text("path"),
    _text("entry"),  # public id with its letter; whose study it is is looked up when it is shown
    _text("detail"),
    _text("numbers"),  # JSON object
    Index("finding_by_checkup", "checkup_id", "trouble"),
)

# Every copy that fileroom itself put into the archive's own folder, and nothing else: only what stands here may ever be
# deleted, and only while it is as it was written.
owned = Table(
    "owned",
    metadata,
    Column("path", Text, primary_key=True),  # below the archive's own folder, as sources.paths.to_text writes it
    _count("size"),
    _count("mtime_ns"),
    _text("at"),
)

# What a relink changed, so that it can be taken back.
relinked = Table(
    "relinked",
    metadata,
    _id(),
    _ref("import_id", "import"),
    Column("instance", LargeBinary, nullable=False),  # public id
    Column("old_folder_id", Integer, ForeignKey("folder.id"), nullable=False),
    Column("new_folder_id", Integer, ForeignKey("folder.id"), nullable=False),
    _text("old_name"),
    _text("new_name"),
    _count("old_mtime_ns"),
    _count("old_gone"),
    _text("old_outcome"),
    _text("old_reason"),
    _text("old_detail"),
    Index("relinked_by_import", "import_id"),
)

opened = Table(
    "opened",
    metadata,
    Column("public_id", LargeBinary, primary_key=True),
    _text("level"),
    _text("at"),
)

saved_search = Table(
    "saved_search",
    metadata,
    Column("name", Text, primary_key=True),
    _text("level"),
    _text("words"),
    _text("at"),
)

# What the user switched on, by name; what is not here is off.
switched_on = Table("switched_on", metadata, Column("name", Text, primary_key=True))

# Other files that were opened, where the user asked that this be kept.
other_path = Table("other_path", metadata, Column("path", Text, primary_key=True), _text("at"))

# Other nodes that the user named; their secrets are sealed with all else.
peer = Table(
    "peer",
    metadata,
    Column("name", Text, primary_key=True),
    _text("kind"),
    _text("title"),
    _text("host"),
    _count("port"),
    _text("url"),
    _count("calls"),
    _count("tls"),
    _text("secret"),
    _text("at"),
)

# What was done that is to be known afterwards, by whom and when; never to whom: it holds no identifiers.
audit = Table(
    "audit",
    metadata,
    _id(),
    _text("at"),
    _text("who"),
    _text("what"),
    _text("detail"),
)

token = Table(
    "token",
    metadata,
    Column("name", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    _text("created"),
    _text("last_used"),
)
