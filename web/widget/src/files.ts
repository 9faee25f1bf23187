/** Which files may be sent, said before anything travels, with what to do instead. Pure. */

export const MOST_FILES = 9;
const MEGABYTE = 1024 * 1024;
/** Pictures are made smaller on the way; beyond this a phone cannot draw them. */
const LARGEST_PICTURE_MB = 40;
const BY_ENDING: Readonly<Record<string, string>> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
  heic: "image/heic",
  heif: "image/heif",
  bmp: "image/bmp",
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
};
const TAKEN: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4"]);

export interface FileLike {
  name: string;
  type: string;
  size: number;
}

/** The media type; some WebViews give none, then the name's ending tells. */
export function typeOf(file: FileLike): string {
  return file.type || BY_ENDING[file.name.split(".").at(-1)?.toLowerCase() ?? ""] || "";
}

export function isVideo(file: FileLike): boolean {
  return typeOf(file).startsWith("video/");
}

/** Why the file cannot be chosen, in words for the customer; null when it can. `limit` in megabytes. */
export function problemOf(file: FileLike, limit: number): string | null {
  const type = typeOf(file);
  if (file.size === 0) return "这个文件是空的，请重新选择";
  if (type.startsWith("video/")) {
    if (type !== "video/mp4") return "这种视频放不了，请用手机自带相机录成 MP4，或截几张图发来";
    return file.size > limit * MEGABYTE ? `视频超过 ${limit} MB，请剪短到半分钟以内，或截几张图发来` : null;
  }
  if (!type.startsWith("image/")) return "这里只能发图片和 MP4 视频；其他文件请截图后发来";
  if (type === "image/svg+xml") return "这种图片打不开，请截图后发来";
  return file.size > LARGEST_PICTURE_MB * MEGABYTE ? "图片太大了，请截图后发来" : null;
}

/** The same for what a picture has become on its way to the service. */
export function problemAfter(file: FileLike, limit: number): string | null {
  const type = typeOf(file);
  if (!TAKEN.has(type)) return "这种格式的图片打不开，请截图后发来";
  return file.size > limit * MEGABYTE ? `图片超过 ${limit} MB，请截图后发来` : null;
}
