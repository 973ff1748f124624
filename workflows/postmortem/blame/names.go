package blame

// names are given names, and family names of Japan, that people are called by
// alone: "Kevin did not check" has the form of "Kafka did not check", and only
// the name tells them apart. Names that are also words or products (Mark, Will,
// Jenkins) are left out. A name that is missing costs a suggestion, no more.
const names = `
aaron abdul abigail adam adriana ahmed aidan aisha alan albert alejandro alex alexander alexandra alexei ali alice
alicia alina allison amanda amina amir amit amy ana anders andre andrea andreas andrei andrew andy angela anika anita
anjali ann anna anne anthony anton antonio anya arjun arthur arun ashley astrid barbara beatriz ben benjamin
bernd beth bill björn bob boris brandon brenda brian bruno bryan caleb camila carl carla carlos carol caroline
catherine cecilia charles charlie chen cheng chloe chris christian christina christine christopher claire
clara claudia connor craig cristina cynthia daniel daniela dave david deborah deepak denis dennis derek diana diego
dieter dimitri dmitri dmitry dominic donald donna doug douglas dylan eduardo edward elena elias elisa elizabeth ella
ellen emily emma eric erica erik erika ethan eva evan evelyn fatima felix fernando fiona francesca francis 
frank fred fredrik gabriel gabriela gareth gary george gerald gerhard giovanni giulia giuseppe gloria gonzalo
gordon greg gregory gustav guillermo hannah hans harry hassan heather heidi helen helena henrik henry hiroshi howard
hussein ian ibrahim igor ingrid irene irina isaac isabel isabella ivan jacob jake james jamie jane janet
jason javier jeff jeffrey jen jennifer jeremy jerry jesse jessica jim jimmy joan joanna joe joel johan johannes john
johnny jonas jonathan jorge jose josef joseph josh joshua juan juha julia julian julie jürgen justin kai kamal
karen karin karl karthik kate katherine kathleen kathy katie katrin keith kelly ken kenji kenneth kevin kim kiran
klaus krishna kristen kumar kurt kyle lars laura lauren laurent leah lee leila lena leo leon leonardo li liam lin
linda lisa liz louis louise luca lucas lucia lucy luis luke maja manuel marco marcus maria marie marina mario marta
martin martina mary matt matteo matthew matthias maya megan mehmet mei melissa michael michal michelle miguel mika
mike mikhail ming miriam mohamed mohammed monica muhammad nadia naomi natalia natalie nathan neha neil nicholas
nick nicolas nicole nikhil nikolai nils nina noah nora olaf oleg olga oliver olivia omar oscar otto pablo paolo
patricia patrick paul paula pavel pedro peter petra phil philip philippe pierre piotr pradeep priya rachel rafael rahul
raj rajesh ralph ramesh raymond rebecca ricardo richard rita rob robert roberto roger roland roman ron ronald rosa
ruth ryan sam samantha samir samuel sandeep sandra sanjay sara sarah sasha scott sean sebastian sergei sergey
sergio shane shankar sharon shaun shreya silvia simon sonia sophia sophie stefan stephan stephanie stephen steve
steven stuart sunil suresh susan susanne svetlana sven takashi tanja tatiana teresa thomas tim timothy tobias tom tomas
tony tyler uwe valentina valeria vanessa vera veronica victor victoria vijay viktor vikram vincent vladimir walter wang
wei wendy wolfgang xavier yan yasmin yuki yuri yusuf yves zhang zoe
abe fujii fujita goto hasegawa hashimoto hayashi ikeda inoue ishii ishikawa ito kato kimura kobayashi kondo maeda
matsumoto mori murakami nakajima nakamura nakano nishimura ogawa okada okamoto ono ota saito sakai sakamoto sasaki sato
shimizu suzuki takada takahashi tanaka ueda wada watanabe yamada yamaguchi yamamoto yamashita yamazaki yoshida
`
