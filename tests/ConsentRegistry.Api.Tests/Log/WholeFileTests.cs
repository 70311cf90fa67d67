using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Cryptography;
using ConsentRegistry.TestSupport;
using Microsoft.Win32.SafeHandles;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>Files that have to be there after a power cut.</summary>
public sealed class WholeFileTests : IDisposable
{
    private static readonly IReadOnlyDictionary<string, Action<string>> Writers = new Dictionary<string, Action<string>>
    {
        ["a file that is replaced"] = path => WholeFile.Write(path, "text"),
        ["the checkpoint that a node signed"] = path => new CheckpointFile(path).Write("note"),
        ["a secret"] = path => SecretFile.CreateIfMissing(path, "secret"u8),
    };

    /// <summary>Sources that move files themselves, and why what they move may be lost.</summary>
    private static readonly IReadOnlyDictionary<string, string> Movers = new Dictionary<string, string>
    {
        ["ConsentRegistry.Cryptography/WholeFile.cs"] = "it syncs the folder",
        ["ConsentRegistry.Cryptography/SecretFile.cs"] = "it syncs the folder",
        ["ConsentRegistry.Api/DevelopmentServer/ClusterHome.cs"] = "a log of Development",
        ["ConsentRegistry.DevelopmentIdentity/IdentityFolder.cs"] = "keys of Development",
        ["ConsentRegistry.Cli/Monitor/BundleSource.cs"] = "evidence that the state beside it does not rest on",
        ["ConsentRegistry.Cli/SidecarFiles.cs"] = "files that another run writes again",
    };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-files-");

    public static TheoryData<string> Names => new(Writers.Keys);

    public void Dispose() => folder.Delete(recursive: true);

    // Whoever syncs a folder opens it; nothing else does here. What fsync then does, no program can see.
    [Theory]
    [MemberData(nameof(Names))]
    public void The_folder_is_synced_after_the_file_has_its_name(string what)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells who opens a folder.");
        using var watch = new FolderWatch(folder.FullName);

        Writers[what](Path.Combine(folder.FullName, "file"));

        var seen = watch.Read();
        Assert.Contains("named file", seen);
        Assert.Contains("opened folder", seen.SkipWhile(one => one != "named file"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_folder_that_is_made_for_it_is_synced_into_those_above(string what)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells who opens a folder.");
        using var watch = new FolderWatch(folder.FullName);

        Writers[what](Path.Combine(folder.FullName, "one", "two", "file"));

        Assert.Contains("opened folder", watch.Read().SkipWhile(one => one != "made one"));
        Assert.True(File.Exists(Path.Combine(folder.FullName, "one", "two", "file")));
    }

    [Fact]
    public void What_cannot_be_synced_is_said()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows syncs no folders.");
        var gone = Path.Combine(folder.FullName, "gone");
        Assert.Contains(
            gone,
            Assert.Throws<IOException>(() => DurableFolder.Sync(gone)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Nobody_else_replaces_a_file()
    {
        var sources = Path.Combine(Repository.Folder, "src");
        var found = Directory
            .EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("File.Move(", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(sources, file).Replace(Path.DirectorySeparatorChar, '/'));

        Assert.Equal(Movers.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    /// <summary>What happens in a folder, as Linux's inotify tells it.</summary>
    private sealed class FolderWatch : IDisposable
    {
        private const uint MovedTo = 0x80;
        private const uint Created = 0x100;
        private const uint Opened = 0x20;
        private const uint IsFolder = 0x40000000;

        // A header of four numbers, then the name.
        private const int HeaderBytes = 16;

        private readonly SafeFileHandle events;

        public FolderWatch(string path)
        {
            events = new(inotify_init1(flags: 0), ownsHandle: true);
            Assert.False(events.IsInvalid);
            var name = Encoding.UTF8.GetBytes(path + '\0');
            Assert.True(inotify_add_watch((int)events.DangerousGetHandle(), name, MovedTo | Created | Opened) >= 0);
        }

        public List<string> Read()
        {
            var buffer = new byte[1 << 16];
            var left = buffer.AsSpan(0, RandomAccess.Read(events, buffer, fileOffset: 0));
            var read = new List<string>();
            while (left.Length > 0)
            {
                var mask = BinaryPrimitives.ReadUInt32LittleEndian(left[4..]);
                var length = BinaryPrimitives.ReadInt32LittleEndian(left[12..]);
                var name = Encoding.UTF8.GetString(left.Slice(HeaderBytes, length)).TrimEnd('\0');
                left = left[(HeaderBytes + length)..];
                if ((mask & MovedTo) != 0)
                    read.Add($"named {name}");
                else if ((mask & Created) != 0)
                    read.Add($"made {name}");
                else if ((mask & IsFolder) != 0 && name.Length == 0)
                    read.Add("opened folder");
            }
            return read;
        }

        public void Dispose() => events.Dispose();

        [DllImport("libc")]
        private static extern int inotify_init1(int flags);

        [DllImport("libc")]
        private static extern int inotify_add_watch(int queue, byte[] path, uint mask);
    }
}
