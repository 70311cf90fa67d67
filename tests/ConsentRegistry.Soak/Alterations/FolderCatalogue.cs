using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>Alterations of the files of a log that a mirror gets, and of the checkpoint that a witness sees.</summary>
internal sealed class FolderCatalogue(AlteredRegistry registry)
{
    private const string Checkpoint = "checkpoint";

    /// <summary>What can be done to a file.</summary>
    private static readonly IReadOnlyList<(string Name, Action<string, Random> Alter)> OfFiles =
    [
        (
            "has another bit",
            (file, random) =>
            {
                var bytes = File.ReadAllBytes(file);
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(file, bytes);
            }
        ),
        ("is cut off", (file, random) => Cut(file, random)),
        ("is longer", (file, _) => File.AppendAllText(file, new string('x', MerkleTree.HashLength))),
        ("is gone", (file, _) => File.Delete(file)),
    ];

    /// <summary>All of them.</summary>
    public IEnumerable<FolderAlteration> All(Kept kept)
    {
        var before = FilesOf(kept.OlderMirror).ToHashSet(StringComparer.Ordinal);
        // What is there already and right is not asked for again.
        foreach (var file in FilesOf(kept.Mirror).Where(file => !before.Contains(file) && file != Checkpoint))
        {
            foreach (var (name, alter) in OfFiles)
                yield return new(
                    $"{file} {name}",
                    Means.Files,
                    Finder.Mirror,
                    (folder, random) => alter(Path.Combine(folder, file), random)
                );
        }
        foreach (var (name, alter) in OfFiles.Where(one => one.Name != "is longer"))
            yield return new(
                $"the mirror's own checkpoint {name}",
                Means.Files,
                Finder.Mirror,
                (folder, random) => alter(Path.Combine(folder, Checkpoint), random)
            )
            {
                IsOwn = true,
                Unfound = name == "is gone" ? "a mirror that has no checkpoint begins anew" : null,
            };
        foreach (var finder in new[] { Finder.Mirror, Finder.Witness })
        {
            foreach (var (name, alter) in OfFiles)
                yield return new(
                    $"the checkpoint {name}, shown to a {finder.Word()}",
                    Means.Files,
                    finder,
                    (folder, random) => alter(Path.Combine(folder, Checkpoint), random)
                );
            foreach (var (part, at) in new[] { ("origin", 0), ("size", 1), ("root", 2) })
                yield return new(
                    $"the {part} of the checkpoint is another, shown to a {finder.Word()}",
                    Means.Files,
                    finder,
                    (folder, _) => Edit(folder, at)
                );
            foreach (var (name, growth) in new[] { ("the same size", 0), ("a larger size", 5), ("a smaller size", -5) })
                yield return new(
                    $"another history of {name} is signed, and shown to a {finder.Word()}",
                    Means.LogKey,
                    finder,
                    (folder, random) => Fork(folder, growth, random)
                );
            yield return new(
                $"another log is signed by the keys, and shown to a {finder.Word()}",
                Means.LogKey,
                finder,
                (folder, random) => Fork(folder, 0, random, "another.example/log")
            );
        }
    }

    /// <summary>The files that are served.</summary>
    private static IEnumerable<string> FilesOf(string folder) =>
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file))
            .Where(file => !file.StartsWith('.') && file != "keys")
            .Order(StringComparer.Ordinal);

    private static void Cut(string file, Random random)
    {
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..random.Next(bytes.Length)]);
    }

    private static void Edit(string folder, int line)
    {
        var file = Path.Combine(folder, Checkpoint);
        var lines = File.ReadAllLines(file);
        lines[line] = line switch
        {
            1 => $"{long.Parse(lines[line], null) + 1}",
            2 => Convert.ToBase64String(MerkleTree.LeafHash(Encoding.UTF8.GetBytes(lines[line]))),
            _ => $"{lines[line]}x",
        };
        File.WriteAllText(file, string.Concat(lines.Select(one => $"{one}\n")));
    }

    private void Fork(string folder, long growth, Random random, string origin = RegistryOptions.DevelopmentOrigin)
    {
        var file = Path.Combine(folder, Checkpoint);
        var size = long.Parse(File.ReadAllLines(file)[1], null) + growth;
        var root = new byte[MerkleTree.HashLength];
        random.NextBytes(root);
        var note = SignedNote.Sign(
            new Domain.Log.Checkpoint(origin, size, root).ToString(),
            registry.LogKeySet.LogSigners(RegistryOptions.DevelopmentOrigin)
        );
        File.WriteAllText(file, note.ToString());
    }
}
