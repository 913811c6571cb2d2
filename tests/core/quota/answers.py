"""Answers of quota commands, in the forms that the tools and sites print; names and numbers are invented."""

CHECKQUOTA = """\
          Storage/size quota filesystem report for user: ada
Filesystem             Mount              Used   Limit  MaxLim Comment
Della home             /home             4.8GB    93GB   100GB
Della scratch          /scratch              0       0       0
Della scratch GPFS     /scratch/gpfs      29TB    34TB    35TB
Tigress GPFS           /tigress          3.8TB   9.8TB    10TB

Fileset/project space            Mount                Used by ALL By ada  MaxLim Comment
Projects GPFS fileset LOVELACE   /projects/LOVELACE           2TB     1TB     5TB

          Storage number of files used report for user: ada
Filesystem             Mount              Used   Limit  MaxLim Comment
Della home             /home             54.8K    952K    1.0M
Della scratch GPFS     /scratch/gpfs      2.3M    3.0M      3M
Tigress GPFS           /tigress         364.7K       0       0

Fileset/project space            Mount                Used by ALL By ada  MaxLim Comment
Projects GPFS fileset LOVELACE   /projects/LOVELACE             2       1    None

For quota increase requests please use this website:

         https://forms.example.org/quota
"""

QUOTA_S = """\
Disk quotas for user ada (uid 1002):
     Filesystem   space   quota   limit   grace   files   quota   limit   grace
    /home/users    101G*   100G    110G   6days    382k   1000k   1100k
     /home/data  22528M   1024G   1024G           33435  10000k  10000k
nfs.example.org:/export/lab
                    75G     80G     90G           1120k   9000k  10000k
"""

QUOTA = """\
Disk quotas for user ada (uid 1002):
     Filesystem   blocks   quota   limit   grace   files   quota   limit   grace
      /dev/sda1  1048576  2097152  3145728             382   1000   1100
"""

LFS = """\
Disk quotas for grp lab (gid 1041):
     Filesystem    used   quota   limit   grace   files   quota   limit   grace
/hpc/projects/group.lab
                   322T    327T    330T       - 18005642       0       0       -
       /scratch    512G      0k      1T       -   12345       0  1000000       -
    tfs1-OST0003  101.6M      -      1M       -       -       -       -       -
uid 6215 is using default block quota setting
"""

LFS_KBYTES = """\
Disk quotas for usr ada (uid 1041):
     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace
       /scratch [1048576]*     0 4194304       -   12345       0  1000000       -
"""

MMLSQUOTA = """\
                         Block Limits                                    |     File Limits
Filesystem Fileset    type         blocks      quota      limit   in_doubt    grace |    files   quota    limit in_doubt    grace  Remarks
scale      share      USR               0          0          0          0     none |        1       0        0        0     none s1.example.org
scale      home       USR             20G        50G        51G     426.2M     none |   369754 1000000  1100000       60     none s1.example.org
scale      work       USR            112G       500G       550G          0     none |   167220 1000000  1100000        0     none s1.example.org
"""  # noqa: E501  # as wide as it is

MMLSQUOTA_KB = """\
Filesystem type             KB      quota      limit   in_doubt    grace |    files   quota    limit in_doubt    grace  Remarks
lab0       GRP       536870912 1073741824 1180696576          0     none |      945       0        0        0     none
"""  # noqa: E501  # as wide as it is

BEEGFS = """\
Quota information for storage pool Default (ID: 1):

      user/group     ||           size          ||    chunk files
     name     |  id  ||    used    |    hard    ||  used   |  hard
--------------|------||------------|------------||---------|---------
           ada| 76384||   80.00 GiB|  100.00 GiB||       17| 10000000
"""

DF = """\
Filesystem      Size  Used Avail Use% Mounted on
/dev/sda1       100G   40G   60G  40% /
gpfs0           1.0P  900T  100T  90% /scratch
"""

BROWN = """\
Name       Path                 Used(G)    (%) Used   SLIMIT(G)  H-LIMIT(G) Used_Inodes     SLIMIT     HLIMIT     Usage_State  Grace_Period
ada        /oscar/home          25.0       18         100        125        188001          2000000    3000000    OK           None
ada        /oscar/scratch       0.00       0          512        10240      2               4000000    16000000   OK           None
Now fetching Data directory quotas...
Name            Used(T)   (%) Used   SLIMIT(T)   HLIMIT(T)   Used_Inodes   SLIMIT    HLIMIT    Usage_State   Grace_Period
data+lab        0.0       0          2           3           549           4194304   6291456   OK            None
"""  # noqa: E501  # as wide as it is

PAIRS = """\
## Quota Reports ##
/home/ada               Used=18.8G   Quota=100G
/scratch/ada            Used=256M    Quota=1T
"""

PERCENT = """\
Workspace Quota report
                    :  used (GB)(   %), quota (GB) |  files used(   %),      quota
HOME                :        420( 41%),       1024 |      773425( 77%),    1000000
"""

UNDERSCORES = """\
FILESYSTEM   SPACE_USED   SPACE_QUOTA   SPACE_PERC   INODE_USED   INODE_QUOTA   INODE_PERC
home         5.00GiB      40.00GiB      13.8%        99.15K       1.00M         9.9%
pscratch     2TiB         20.00TiB      10%          99.15K       10.00M        9.9%
"""

BARS = """\
------------------------ Disk quotas for user ada ------------------------
| Disk         Usage (GiB)    Limit    %Used   File Usage       Limit   %Used |
| /scratch           24.0    1024.0     0.01            2           0    0.00 |
| /home1              0.5      10.0     3.14         1234      200000    0.62 |
"""

BOXES = """\
Usage for ada (As of 2025-10-04)
┏━━━━━━━┳━━━━━━┳━━━━━━━━━━┳━━━━━━━━━┳━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━┓
┃ path  ┃ type ┃ username ┃ usage   ┃ storage limit ┃ last update ┃
┡━━━━━━━╇━━━━━━╇━━━━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━┩
│ /home │ user │ ada      │ 75.5GiB │ 100.0GiB      │ 2025-10-04  │
└───────┴──────┴──────────┴─────────┴───────────────┴─────────────┘
"""

ALL = (
    CHECKQUOTA,
    QUOTA_S,
    QUOTA,
    LFS,
    LFS_KBYTES,
    MMLSQUOTA,
    MMLSQUOTA_KB,
    BEEGFS,
    DF,
    BROWN,
    PAIRS,
    PERCENT,
    UNDERSCORES,
    BARS,
    BOXES,
)
