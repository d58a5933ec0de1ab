/**
 * The standard's own names of the UIDs that are met most (PS3.6 A). They are names, not prose, and stay in English; a UID
 * that is not among them is shown as it is.
 */

const IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.";

const SOP_CLASSES: Readonly<Record<string, string>> = {
  "1": "Computed Radiography Image Storage",
  "1.1": "Digital X-Ray Image Storage - For Presentation",
  "1.1.1": "Digital X-Ray Image Storage - For Processing",
  "1.2": "Digital Mammography X-Ray Image Storage - For Presentation",
  "1.2.1": "Digital Mammography X-Ray Image Storage - For Processing",
  "1.3": "Digital Intra-Oral X-Ray Image Storage - For Presentation",
  "2": "CT Image Storage",
  "2.1": "Enhanced CT Image Storage",
  "2.2": "Legacy Converted Enhanced CT Image Storage",
  "3.1": "Ultrasound Multi-frame Image Storage",
  "4": "MR Image Storage",
  "4.1": "Enhanced MR Image Storage",
  "4.2": "MR Spectroscopy Storage",
  "4.3": "Enhanced MR Color Image Storage",
  "4.4": "Legacy Converted Enhanced MR Image Storage",
  "6.1": "Ultrasound Image Storage",
  "6.2": "Enhanced US Volume Storage",
  "7": "Secondary Capture Image Storage",
  "7.1": "Multi-frame Single Bit Secondary Capture Image Storage",
  "7.2": "Multi-frame Grayscale Byte Secondary Capture Image Storage",
  "7.3": "Multi-frame Grayscale Word Secondary Capture Image Storage",
  "7.4": "Multi-frame True Color Secondary Capture Image Storage",
  "9.1.1": "12-lead ECG Waveform Storage",
  "9.1.2": "General ECG Waveform Storage",
  "11.1": "Grayscale Softcopy Presentation State Storage",
  "12.1": "X-Ray Angiographic Image Storage",
  "12.1.1": "Enhanced XA Image Storage",
  "12.2": "X-Ray Radiofluoroscopic Image Storage",
  "13.1.3": "Breast Tomosynthesis Image Storage",
  "20": "Nuclear Medicine Image Storage",
  "30": "Parametric Map Storage",
  "66": "Raw Data Storage",
  "66.1": "Spatial Registration Storage",
  "66.4": "Segmentation Storage",
  "66.7": "Label Map Segmentation Storage",
  "66.5": "Surface Segmentation Storage",
  "67": "Real World Value Mapping Storage",
  "77.1.1": "VL Endoscopic Image Storage",
  "77.1.2": "VL Microscopic Image Storage",
  "77.1.4": "VL Photographic Image Storage",
  "77.1.5.1": "Ophthalmic Photography 8 Bit Image Storage",
  "77.1.6": "VL Whole Slide Microscopy Image Storage",
  "88.11": "Basic Text SR Storage",
  "88.22": "Enhanced SR Storage",
  "88.33": "Comprehensive SR Storage",
  "88.34": "Comprehensive 3D SR Storage",
  "88.59": "Key Object Selection Document Storage",
  "88.67": "X-Ray Radiation Dose SR Storage",
  "104.1": "Encapsulated PDF Storage",
  "104.2": "Encapsulated CDA Storage",
  "104.3": "Encapsulated STL Storage",
  "104.4": "Encapsulated OBJ Storage",
  "104.5": "Encapsulated MTL Storage",
  "128": "Positron Emission Tomography Image Storage",
  "481.1": "RT Image Storage",
  "481.2": "RT Dose Storage",
  "481.3": "RT Structure Set Storage",
  "481.5": "RT Plan Storage",
};

const TRANSFER_SYNTAX = "1.2.840.10008.1.2";

const TRANSFER_SYNTAXES: Readonly<Record<string, string>> = {
  "": "Implicit VR Little Endian",
  ".1": "Explicit VR Little Endian",
  ".1.99": "Deflated Explicit VR Little Endian",
  ".2": "Explicit VR Big Endian",
  ".4.50": "JPEG Baseline (Process 1)",
  ".4.51": "JPEG Extended (Process 2 & 4)",
  ".4.57": "JPEG Lossless, Non-Hierarchical (Process 14)",
  ".4.70": "JPEG Lossless, First-Order Prediction",
  ".4.80": "JPEG-LS Lossless",
  ".4.81": "JPEG-LS Near-Lossless",
  ".4.90": "JPEG 2000 Lossless",
  ".4.91": "JPEG 2000",
  ".4.110": "JPEG XL Lossless",
  ".4.111": "JPEG XL JPEG Recompression",
  ".4.112": "JPEG XL",
  ".4.201": "High-Throughput JPEG 2000 Lossless",
  ".4.202": "High-Throughput JPEG 2000 with RPCL Options Lossless",
  ".4.203": "High-Throughput JPEG 2000",
  ".5": "RLE Lossless",
};

const named = (uid: string, root: string, names: Readonly<Record<string, string>>): string =>
  (uid.startsWith(root) ? names[uid.slice(root.length)] : undefined) ?? uid;

export const sopClassName = (uid: string): string => named(uid, IMAGE_STORAGE, SOP_CLASSES);

export const transferSyntaxName = (uid: string): string => named(uid, TRANSFER_SYNTAX, TRANSFER_SYNTAXES);
