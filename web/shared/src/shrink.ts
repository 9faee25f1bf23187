/** Photos of today's phones are larger than anybody needs to read a screen: they are made smaller before they travel. */

const SMALL_ENOUGH = 1_200_000;
const LONGEST_SIDE = 2000;
const QUALITY = 0.85;

/** The picture with its longer side at 2000 pixels; the file as it is where it is small, moving, or cannot be drawn. */
export async function shrink(file: File): Promise<File> {
  if (file.size <= SMALL_ENOUGH || !/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type) || typeof createImageBitmap !== "function") return file;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    // The browser cannot read it: the service says what it takes.
    return file;
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
}
