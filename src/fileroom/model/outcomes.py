"""What became of a file, and why."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one path of an import. Each path has exactly one; those that are gone were not met any more."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MOVED = "moved"
    BACK = "back"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    NOT_DICOM = "not_dicom"
    NO_IDENTITY = "no_identity"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    GONE = "gone"


class Reason(StrEnum):
    """Why a path has its outcome: a code that doors translate, with English words in :data:`REASON_TEXT`."""

    NEW_INSTANCE = "new_instance"
    COPIED = "copied"
    BROUGHT_BACK = "brought_back"
    SAME_AS_BEFORE = "same_as_before"
    CONTENT_CHANGED = "content_changed"
    MOVED_FROM = "moved_from"
    BACK_AGAIN = "back_again"
    SAME_INSTANCE = "same_instance"
    OTHER_CONTENT = "other_content"
    CHOSEN = "chosen"
    OTHER_PATIENT = "other_patient"
    EMPTY_FILE = "empty_file"
    ALL_ZEROS = "all_zeros"
    NO_DICOM = "no_dicom"
    SPECIAL_FILE = "special_file"
    DICOMDIR = "dicomdir"
    NO_SOP_INSTANCE_UID = "no_sop_instance_uid"
    NO_STUDY_INSTANCE_UID = "no_study_instance_uid"
    NO_SERIES_INSTANCE_UID = "no_series_instance_uid"
    PERMISSION_DENIED = "permission_denied"
    IO_ERROR = "io_error"
    VANISHED = "vanished"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    LINK_LOOP = "link_loop"
    LINK_TO_NOTHING = "link_to_nothing"
    PATIENT_LIMIT = "patient_limit"
    CONTAINER = "container"
    NO_CONTAINER = "no_container"
    BROKEN_CONTAINER = "broken_container"
    NESTED_CONTAINER = "nested_container"
    OUTSIDE_CONTAINER = "outside_container"
    LINK_MEMBER = "link_member"
    SAME_NAME = "same_name"
    ENCRYPTED = "encrypted"
    UNKNOWN_STORAGE = "unknown_storage"
    BOMB = "bomb"
    NO_SPACE = "no_space"
    COPY_FAILED = "copy_failed"
    CANCELLED = "cancelled"
    NOT_THERE = "not_there"


REASON_TEXT: dict[Reason, str] = {
    Reason.NEW_INSTANCE: "new",
    Reason.COPIED: "new, and copied into the archive's own folder",
    Reason.BROUGHT_BACK: "had been removed from the archive and is back",
    Reason.SAME_AS_BEFORE: "size and time of change are as recorded",
    Reason.CONTENT_CHANGED: "the file has changed since it was last read",
    Reason.MOVED_FROM: "the same file was at another place before",
    Reason.BACK_AGAIN: "it was gone, and is there again as it was",
    Reason.SAME_INSTANCE: "another file of an instance that is already known",
    Reason.OTHER_CONTENT: "same SOP Instance UID as a known instance, with other content",
    Reason.CHOSEN: "you chose it among files of one SOP Instance UID: it is the one that is shown",
    Reason.OTHER_PATIENT: "same SOP Instance UID as an instance of another patient, study or series; both are kept",
    Reason.EMPTY_FILE: "the file is empty",
    Reason.ALL_ZEROS: "the file holds only zeros",
    Reason.NO_DICOM: "not a DICOM file",
    Reason.SPECIAL_FILE: "not a regular file",
    Reason.DICOMDIR: "the directory of a medium (DICOMDIR), not an instance",
    Reason.NO_SOP_INSTANCE_UID: "no SOP Instance UID",
    Reason.NO_STUDY_INSTANCE_UID: "no Study Instance UID",
    Reason.NO_SERIES_INSTANCE_UID: "no Series Instance UID",
    Reason.PERMISSION_DENIED: "no permission to read it",
    Reason.IO_ERROR: "reading it failed",
    Reason.VANISHED: "it was gone when it was to be read",
    Reason.TRUNCATED: "the file ends inside its header",
    Reason.DAMAGED: "the header is damaged",
    Reason.LINK_LOOP: "a link that leads back to itself or to a folder already met",
    Reason.LINK_TO_NOTHING: "a link to a file that is not there",
    Reason.PATIENT_LIMIT: "one patient more than the archive may hold",
    Reason.CONTAINER: "a container; what is in it is listed by itself",
    Reason.NO_CONTAINER: "neither a DICOM file nor the container that its name says",
    Reason.BROKEN_CONTAINER: "the container is damaged or ends early",
    Reason.NESTED_CONTAINER: "a container inside a container is not opened",
    Reason.OUTSIDE_CONTAINER: "its path leads out of the container",
    Reason.LINK_MEMBER: "a link; links inside a container are not followed",
    Reason.SAME_NAME: "a later file of the container has the same name",
    Reason.ENCRYPTED: "it is encrypted",
    Reason.UNKNOWN_STORAGE: "it is stored in a way that is not known here",
    Reason.BOMB: "it would open to far more than is stored",
    Reason.NO_SPACE: "no room for a copy where the archive lies: 64 MB are kept free there",
    Reason.COPY_FAILED: "no good copy could be made",
    Reason.CANCELLED: "the import was cancelled before this file",
    Reason.NOT_THERE: "it is no longer there; nothing is taken out of the archive for that",
}


class Detail(StrEnum):
    """What exactly is wrong with a file, where its reason leaves that open; in English words in :data:`DETAIL_TEXT`."""

    ENDS_EARLY = "ends_early"
    PIXELS_CUT = "pixels_cut"
    TOO_LONG = "too_long"
    ITEM_TOO_LONG = "item_too_long"
    TOO_DEEP = "too_deep"
    BAD_DEFLATE = "bad_deflate"
    NOT_UNDERSTOOD = "not_understood"
    BAD_UID = "bad_uid"
    BAD_NAME = "bad_name"
    DRIVE_ERROR = "drive_error"
    NO_ANSWER = "no_answer"
    TOO_MANY_OPEN = "too_many_open"
    NAME_TOO_LONG = "name_too_long"
    NOT_THE_SAME = "not_the_same"
    CHANGED_MEANWHILE = "changed_meanwhile"
    NAME_TAKEN = "name_taken"
    LINK_IN_THE_WAY = "link_in_the_way"
    STREAM_ENDS_EARLY = "stream_ends_early"
    STREAM_DAMAGED = "stream_damaged"
    LIST_DAMAGED = "list_damaged"
    TOO_MANY_MEMBERS = "too_many_members"
    FILES_OVERLAP = "files_overlap"
    OUT_OF_PROPORTION = "out_of_proportion"
    SIZES_DIFFER = "sizes_differ"
    BEYOND_END = "beyond_end"
    SPARSE_FILE = "sparse_file"


DETAIL_TEXT: dict[str, str] = {
    Detail.ENDS_EARLY: "it breaks off in the middle of an element; copying it may not have come to its end",
    Detail.PIXELS_CUT: "its pixel data ends before it should; copying it may not have come to its end",
    Detail.TOO_LONG: "it claims, or unpacks to, more than any header holds",
    Detail.ITEM_TOO_LONG: "an item of a sequence claims to be longer than the file",
    Detail.TOO_DEEP: "its sequences lie in each other deeper than any real file's",
    Detail.BAD_DEFLATE: "its compressed data set (deflate) is damaged",
    Detail.NOT_UNDERSTOOD: "something else than DICOM elements stands in it; bytes of it were overwritten or lost",
    Detail.BAD_UID: "the identifier holds what no UID may hold",
    Detail.BAD_NAME: "its name cannot be given to the operating system",
    Detail.DRIVE_ERROR: "the drive reported an error: it may be failing, or was pulled out",
    Detail.NO_ANSWER: "the network share did not answer",
    Detail.TOO_MANY_OPEN: "too many files were open at once; import again",
    Detail.NAME_TOO_LONG: "its name is longer than the system allows",
    Detail.NOT_THE_SAME: "what was written does not read back the same",
    Detail.CHANGED_MEANWHILE: "it changed while it was copied",
    Detail.NAME_TAKEN: "something else has its name in the archive's own folder",
    Detail.LINK_IN_THE_WAY: "a link or a file stands where its folder in the archive should be",
    Detail.STREAM_ENDS_EARLY: "its compressed data breaks off; copying it may not have come to its end",
    Detail.STREAM_DAMAGED: "its compressed data is damaged",
    Detail.LIST_DAMAGED: "the list of its files is damaged or missing; copying it may not have come to its end",
    Detail.TOO_MANY_MEMBERS: "it holds more files than are looked at in one container",
    Detail.FILES_OVERLAP: "files in it lie over each other",
    Detail.OUT_OF_PROPORTION: "it would open to more than two hundred times its size",
    Detail.SIZES_DIFFER: "its two sizes do not agree",
    Detail.BEYOND_END: "it would lie beyond the end of its container",
    Detail.SPARSE_FILE: "it is stored with holes",
}
