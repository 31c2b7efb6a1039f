"""Temporary shim by the lead until the Lark parser arrives; overwrite freely."""
import re
from specc.syntax import tree as t
from specc.source import Source, Span
TOK=re.compile(r'''(?P<NL>\n)|(?P<WS>[ \t\r]+)|(?P<DOC>\#\#[^\n]*)|(?P<COM>\#[^\n]*)|(?P<SIZE>\d+(?:x\d+)+)|(?P<NUM>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<STR>"(?:\\.|[^"\\\n])*")|(?P<NAME>[^\W\d]\w*)|(?P<OP>->|==|!=|<=|>=|//|[-+*/%^<>=()\[\]{},:.~])''')
class P:
    def __init__(s,src):
        s.src=src; s.toks=[]; pos=0; depth=[]; doc=[]
        for m in iter(lambda: TOK.match(src.text,pos) if pos<len(src.text) else None,None):
            pos=m.end(); k=m.lastgroup
            if k in('WS','COM'): continue
            s.toks.append((k,m.group(),m.start(),m.end()))
        # newline handling
        out=[]; st=[]
        for i,tk in enumerate(s.toks):
            if tk[1] in '([' and tk[0]=='OP': st.append(tk[1])
            if tk[1] in ')]' and tk[0]=='OP' and st: st.pop()
            if tk[1]=='{': st.append('{')
            if tk[1]=='}' and st: st.pop()
            if tk[0]=='NL':
                if st and st[-1] in '([': continue
                nxt=next((x for x in s.toks[i+1:] if x[0] not in('NL','DOC')),None)
                if nxt and nxt[1] in('->','else','+','-','*','/'): continue
                if out and out[-1][0]=='NL': continue
            out.append(tk)
        out.append(('NL','\n',len(src.text),len(src.text)));out.append(('EOF','',len(src.text),len(src.text)))
        s.toks=out; s.i=0; s.doc=''
    def sp(s,a,b=None): return Span(s.src,a,b if b is not None else s.toks[s.i-1][3])
    @property
    def c(s): return s.toks[s.i]
    def is_(s,*v): return s.c[1] in v and s.c[0] in('OP','NAME')
    def eat(s,v=None,kind=None):
        k=s.c
        if (v and k[1]!=v) or (kind and k[0]!=kind): raise SyntaxError(f'want {v or kind} got {k} at {s.src.text[k[2]-20:k[3]+10]!r}')
        s.i+=1; return k
    def nl(s):
        d=[]
        while s.c[0] in('NL','DOC'):
            if s.c[0]=='DOC': d.append(s.c[1][2:].strip())
            s.i+=1
        s.doc='\n'.join(d)
    def name(s):
        k=s.eat(kind='NAME'); return t.Name(s.sp(k[2]),k[1])
    # expressions
    def expr(s):
        a=s.c[2]; e=s.orr()
        if s.is_('if'):
            s.eat(); c=s.orr(); s.eat('else'); o=s.expr(); return t.Conditional(s.sp(a),e,c,o)
        if s.is_('->'):
            st=[]
            while s.is_('->'):
                s.eat(); st.append(s.stage())
                while s.c[0]=='NL' and s.toks[s.i+1][1]=='->': s.i+=1
            return t.Pipe(s.sp(a),e,tuple(st))
        return e
    def stage(s):
        a=s.c[2]
        if s.is_('repeat'):
            s.eat(); n=s.orr(); b=s.body(); op=t.Repeat(s.sp(a),n,b)
        elif s.is_('for'):
            s.eat(); v=s.name(); s.eat('in'); it=s.orr(); b=s.body(); op=t.For(s.sp(a),v,it,b)
        else: op=s.post()
        lab=None
        if s.is_('as'): s.eat(); lab=s.name()
        return t.Stage(s.sp(a),op,lab)
    def body(s):
        s.eat('{'); s.nl(); st=[s.stage()]; s.nlx()
        while s.is_('->'): s.eat(); st.append(s.stage()); s.nlx()
        s.eat('}'); return tuple(st)
    def nlx(s):
        while s.c[0]=='NL': s.i+=1
    def bin(s,ops,sub):
        a=s.c[2]; l=sub()
        while s.is_(*ops):
            o=s.eat()[1]; r=sub(); l=t.Binary(s.sp(a),o,l,r)
        return l
    def orr(s): return s.bin(('or',),lambda: s.bin(('and',),s.nott))
    def nott(s):
        if s.is_('not'): a=s.eat()[2]; e=s.nott(); return t.Unary(s.sp(a),'not',e)
        return s.bin(('==','!=','<','<=','>','>='),s.add)
    def add(s): return s.bin(('+','-'),lambda: s.bin(('*','/','//','%'),s.un))
    def un(s):
        if s.is_('-'): a=s.eat()[2]; e=s.un(); return t.Unary(s.sp(a),'-',e)
        a=s.c[2]; l=s.post()
        if s.is_('^'): s.eat(); r=s.un(); return t.Binary(s.sp(a),'^',l,r)
        return l
    def post(s):
        a=s.c[2]; e=s.atom()
        while True:
            if s.is_('.'): s.eat(); n=s.name(); e=t.Member(s.sp(a),e,n)
            elif s.is_('('): e=t.Call(*(lambda ar:(s.sp(a),e,ar))(s.args('(',')')))
            elif s.is_('['): e=t.Index(*(lambda ar:(s.sp(a),e,ar))(s.args('[',']')))
            else: return e
    def args(s,o,c):
        s.eat(o); r=[]
        while not s.is_(c):
            a=s.c[2]
            if s.c[0]=='NAME' and s.toks[s.i+1][1]=='=': n=s.name(); s.eat('='); v=s.expr()
            else: n=None; v=s.sl()
            r.append(t.Argument(s.sp(a),n,v))
            if not s.is_(c): s.eat(',')
        s.eat(c); return tuple(r)
    def sl(s):
        a=s.c[2]; st=None
        if not s.is_(':'): st=s.expr()
        if s.is_(':'):
            s.eat(); sp=None
            if not s.is_(',',']'): sp=s.expr()
            return t.Slice(s.sp(a),st,sp)
        return st
    def atom(s):
        k=s.c; a=k[2]
        if k[0]=='NUM':
            s.eat(); v=k[1].replace('_',''); return t.Number(s.sp(a),int(v) if v.isdigit() else float(v))
        if k[0]=='SIZE': s.eat(); return t.SizeLiteral(s.sp(a),tuple(map(int,k[1].split('x'))))
        if k[0]=='STR': s.eat(); return t.Text(s.sp(a),k[1][1:-1])
        if s.is_('('): s.eat(); e=s.expr(); s.eat(')'); return e
        if s.is_('['):
            ar=s.args('[',']'); return t.ListOf(s.sp(a),tuple(x.value for x in ar))
        if s.is_('next') and s.toks[s.i+1][0]=='NAME': s.eat(); n=s.name(); return t.Next(s.sp(a),n)
        if s.is_('true','false'): s.eat(); return t.Bool(s.sp(a),k[1]=='true')
        return s.name()
    # statements
    def block(s):
        s.eat('{'); s.nl(); r=[]
        while not s.is_('}'): r.append(s.stmt()); s.nl()
        s.eat('}'); return tuple(r)
    def names(s):
        r=[s.name()]
        while s.is_(','): s.eat(); r.append(s.name())
        return tuple(r)
    def stmt(s):
        a=s.c[2]; w=s.c[1]; n1=s.toks[s.i+1]; n2=s.toks[s.i+2]
        if n1[1] in('=','~') and s.c[0]=='NAME':
            nm=s.name(); o=s.eat()[1]
            if o=='=': e=s.expr(); return t.Assign(s.sp(a),(nm,),e)
            fr=False
            if s.is_('frozen'): s.eat(); fr=True
            e=s.expr(); return t.Draw(s.sp(a),nm,e,fr)
        if n1[1]==',' and s.c[0]=='NAME':
            ns=s.names(); s.eat('='); e=s.expr(); return t.Assign(s.sp(a),ns,e)
        if w=='in':
            s.eat(); ns=s.names(); ty=None
            if s.is_(':'): s.eat(); ty=s.expr()
            return t.Input(s.sp(a),ns,ty)
        if w=='out':
            s.eat()
            if s.toks[s.i+1][1] in('=','~'):
                nm=s.name(); o=s.eat()[1]; e=s.expr(); return t.Output(s.sp(a),nm,e,o=='~')
            e=s.expr()
            if isinstance(e,t.Name): return t.Output(s.sp(a),e,None,False)
            return t.Output(s.sp(a),None,e,False)
        if w=='let': s.eat(); nm=s.name(); s.eat('='); e=s.expr(); return t.Let(s.sp(a),nm,e)
        if w in('weight','buffer','state') and n1[0]=='NAME':
            s.eat(); r=[]
            while True:
                b=s.c[2]; nm=s.name(); sh=tuple(x.value for x in s.args('[',']')) if s.is_('[') else (); v=None
                if s.is_('='): s.eat(); v=s.expr()
                r.append(t.TensorDeclaration(s.sp(b),nm,sh,v))
                if not s.is_(','): break
                s.eat()
            return t.Declare(s.sp(a),w,tuple(r))
        if w in('minimize','maximize'): s.eat(); e=s.expr(); return t.Objective(s.sp(a),w,e)
        if w=='data':
            s.eat(); so=s.post(); s.eat('as'); r=[]
            while True:
                b=s.c[2]; nm=s.name(); ty=None
                if s.is_(':'): s.eat(); ty=s.post()
                r.append(t.Field(s.sp(b),nm,ty))
                if not s.is_(','): break
                s.eat()
            return t.Data(s.sp(a),so,tuple(r))
        if s.c[0]=='NAME' and (n1[0] in('NAME','NUM','STR')) and n1[1] not in('as','if','and','or') :
            wd=s.name(); v=None
            if not s.is_('every'): v=s.expr()
            ev=un=None
            if s.is_('every'):
                s.eat(); ev=s.post()
                if s.is_('epochs','epoch','steps','step'): un=s.eat()[1]; un=un if un.endswith('s') else un+'s'
            return t.Setting(s.sp(a),wd,v,ev,un)
        e=s.expr(); return t.Evaluate(s.sp(a),e)
    def file(s):
        s.nl(); s.eat('specc'); s.eat(kind='NUM'); r=[]; s.nl(); 
        while s.c[0]!='EOF':
            a=s.c[2]; w=s.eat(kind='NAME')[1]; d=s.doc
            if w=='param':
                nm=s.name(); v=None
                if s.is_('='): s.eat(); v=s.expr()
                r.append(t.Param(s.sp(a),nm,v,d))
            elif w in('network','encoder','bottleneck','decoder','generator','discriminator','block','cell','message_passing'):
                nm=s.name(); h=None
                if s.is_('('):
                    h=[]; s.eat()
                    while not s.is_(')'):
                        b=s.c[2]; n=s.name(); v=None
                        if s.is_('='): s.eat(); v=s.expr()
                        h.append(t.Hyperparameter(s.sp(b),n,v))
                        if not s.is_(')'): s.eat(',')
                    s.eat(')'); h=tuple(h)
                b=s.block(); r.append(t.Definition(s.sp(a),w,nm,h,b,d))
            elif w=='train': nm=s.name(); b=s.block(); r.append(t.Train(s.sp(a),nm,b,d))
            elif w=='sample': nm=s.name(); b=s.block(); r.append(t.Sample(s.sp(a),nm,b,d))
            elif w=='answers':
                k=s.atom(); op=s.args('(',')') if s.is_('(') else (); s.eat('{'); s.nlx(); cl=[]
                while not s.is_('}'):
                    b=s.c[2]; su=s.post(); s.eat('='); v=s.orr(); cl.append(t.Claim(s.sp(b),su,v)); s.nlx()
                s.eat('}'); r.append(t.Answers(s.sp(a),k,op,tuple(cl)))
            elif w=='expect': e=s.expr(); r.append(t.Expect(s.sp(a),e))
            else: raise SyntaxError(w)
            s.nl()
        return t.File(Span(s.src,0,len(s.src.text)),s.src,1,'',tuple(r),())
def parse(source,diagnostics): return P(source).file()
